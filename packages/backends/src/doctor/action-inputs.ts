/** What each of our actions takes, with spaces between, as its action.yml says. Written by `npm run generate`. */
export const actionInputs: Readonly<Record<string, string>> = {
  deploy: "model environment rollback digest reason working-directory github-token store",
  "drift-check":
    "model environment current scores on-drift retrain-workflow fail-on report working-directory github-token store",
  evaluate: "model run bundle models on-inconclusive report working-directory github-token store",
  plan: "changed base head drift comment model environment rollback working-directory github-token store",
  register: "model run bundle override reason working-directory github-token store",
  resume: "run at-most working-directory github-token store",
  train:
    "model set data evaluate-data only environment run bundle reuse review-workflow reason drift-event working-directory github-token store",
};
