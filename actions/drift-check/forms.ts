export { driftForms as formsOf, textOf } from "@trainyard/core";
