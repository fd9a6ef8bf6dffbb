/** A flag of a bench whose value is none it knows. */
export class FlagError extends Error {}
