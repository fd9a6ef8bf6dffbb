/** Where the published actions are, in the templates and in everything that reads them. A placeholder until the first release. */
export const ACTIONS_REPOSITORY = "trainyard/trainyard";
