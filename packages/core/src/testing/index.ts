export { aDigest, aReading, aReport, aRoot, aRun, aVersion } from "./builders.ts";
export { MemoryClock, MemoryProgress, MemoryRandom, memoryBackend } from "./memory-backend.ts";
export { MemoryBranch } from "./memory-branch.ts";
export { MemoryRuns } from "./memory-runs.ts";
export { type MemoryDisk, MemoryStore } from "./memory-store.ts";
export { MemoryTables } from "./memory-tables.ts";
