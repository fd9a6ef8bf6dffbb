export { aDigest, aReport, aRoot, aRun, aVersion } from "./builders.ts";
export { MemoryClock, MemoryProgress, MemoryRandom, memoryBackend } from "./memory-backend.ts";
export { MemoryBranch } from "./memory-branch.ts";
export { MemoryRuns } from "./memory-runs.ts";
export { type MemoryDisk, MemoryStore } from "./memory-store.ts";
