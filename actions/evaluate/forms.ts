export { evaluationForms as formsOf, textOf } from "@trainyard/core";
