import { TrainyardError } from "../../errors.ts";

/** A place of the branch, such as a file, that holds what Trainyard cannot have written. */
export function damaged(where: string, problem: string): TrainyardError<"REGISTRY_DAMAGED"> {
  return new TrainyardError("REGISTRY_DAMAGED", { where, problem });
}

/** A sequence of events that contradicts itself at event `seq`. */
export function damagedAt(seq: number, problem: string): TrainyardError<"REGISTRY_DAMAGED"> {
  return new TrainyardError("REGISTRY_DAMAGED", { where: `event ${seq}`, problem });
}
