import type { Command } from "./command.ts";
import { alias } from "./commands/alias.ts";
import { deploy } from "./commands/deploy.ts";
import { driftCheck } from "./commands/drift-check.ts";
import { evaluate } from "./commands/evaluate.ts";
import { history } from "./commands/history.ts";
import { init } from "./commands/init.ts";
import { list } from "./commands/list.ts";
import { predict } from "./commands/predict.ts";
import { profile } from "./commands/profile.ts";
import { register } from "./commands/register.ts";
import { rollback } from "./commands/rollback.ts";
import { show } from "./commands/show.ts";
import { train } from "./commands/train.ts";
import { verify } from "./commands/verify.ts";
import { withdraw } from "./commands/withdraw.ts";

/** Every word that may follow `trainyard`. */
export const commands: readonly Command[] = [
  init,
  train,
  predict,
  evaluate,
  register,
  deploy,
  rollback,
  driftCheck,
  list,
  show,
  history,
  profile,
  verify,
  alias,
  withdraw,
];
