/** The file a project's settings stand in. A change of its words alone is no change of the code: what of it decides a run is hashed by value. */
export const CONFIG_NAME = "trainyard.yaml";
