import { created, done, type Exchange, type Handlers, invalid, notFound, ok } from "../exchange.ts";
import { listed } from "../pages.ts";
import { comment as commentShape, issue as issueShape, label as labelShape, node, user } from "../shapes.ts";
import type { Comment, Issue, PullRequest } from "../state.ts";
import type { World } from "../world.ts";

/** Characters of a comment or an issue. */
const LONGEST_TEXT = 65_536;

interface IssueBody {
  readonly title?: string | number | null;
  readonly body?: string | null;
  readonly state?: "open" | "closed";
  readonly state_reason?: string | null;
  readonly labels?: readonly (string | { name?: string })[];
  readonly assignees?: readonly string[];
}

/** Issues, and the conversation under an issue or a pull request. */
export const issues: Handlers = {
  "issues/list-for-repo"(exchange: Exchange) {
    const { world, query } = exchange;
    const wanted = (query.labels ?? "").split(",").filter(Boolean);
    const found = [...world.state.issues, ...world.state.pulls]
      .filter((one) => query.state === "all" || one.state === (query.state ?? "open"))
      .filter((one) => wanted.every((name) => one.labels.includes(name)))
      .filter((one) => query.creator === undefined || one.login === query.creator)
      .sort((a, b) => (query.direction === "asc" ? a.number - b.number : b.number - a.number));
    return listed(exchange as Exchange<never>, found, (one) => issueShape(world, one));
  },

  "issues/create"({ world, body, token }: Exchange<IssueBody>) {
    checkText("Issue", body.body ?? "");
    const at = world.now();
    const issue: Issue = {
      id: world.nextId(),
      number: world.nextNumber(),
      title: String(body.title),
      body: body.body ?? "",
      state: "open",
      stateReason: null,
      labels: names(body.labels),
      assignees: [...(body.assignees ?? [])],
      login: token.login,
      createdAt: at,
      updatedAt: at,
      closedAt: null,
    };
    world.state.issues.push(issue);
    return created(issueShape(world, issue));
  },

  "issues/get"({ world, params }: Exchange) {
    return ok(issueShape(world, numbered(world, params.issue_number)));
  },

  "issues/update"({ world, params, body }: Exchange<IssueBody>) {
    const issue = numbered(world, params.issue_number);
    checkText("Issue", body.body ?? "");
    issue.title = body.title === undefined || body.title === null ? issue.title : String(body.title);
    issue.body = body.body ?? issue.body;
    if (body.labels !== undefined) issue.labels = names(body.labels);
    issue.updatedAt = world.now();
    if (!("head" in issue) && body.state !== undefined) {
      issue.state = body.state;
      issue.closedAt = body.state === "closed" ? world.now() : null;
      issue.stateReason = body.state_reason ?? (body.state === "closed" ? "completed" : "reopened");
    }
    return ok(issueShape(world, issue));
  },

  "issues/add-labels"({
    world,
    params,
    body,
  }: Exchange<{ labels?: readonly (string | { name?: string })[] } | string[]>) {
    const issue = numbered(world, params.issue_number);
    issue.labels = [...new Set([...issue.labels, ...names(Array.isArray(body) ? body : (body as IssueBody).labels)])];
    return ok(issue.labels.map((name) => labelShape(world, name)));
  },

  "issues/create-label"({ world, body }: Exchange<{ name: string; color?: string; description?: string }>) {
    if (world.state.labels.some(({ name }) => name === body.name)) throw invalid("Label", "name", "already_exists");
    const { name, color = "ededed", description = "" } = body;
    world.state.labels.push({ id: world.nextId(), name, color, description });
    return created(labelShape(world, name));
  },

  "issues/get-label"({ world, params }: Exchange) {
    if (!world.state.labels.some(({ name }) => name === params.name)) throw notFound();
    return ok(labelShape(world, params.name as string));
  },

  "issues/list-comments"(exchange: Exchange) {
    const { world, params, query } = exchange;
    const { number } = numbered(world, params.issue_number);
    const since = query.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(query.since);
    const found = world.state.comments.filter(
      ({ issue, updatedAt }) => issue === number && Date.parse(updatedAt) >= since,
    );
    return listed(exchange as Exchange<never>, found, (one) => commentShape(world, one));
  },

  "issues/list-comments-for-repo"(exchange: Exchange) {
    return listed(exchange as Exchange<never>, exchange.world.state.comments, (one) =>
      commentShape(exchange.world, one),
    );
  },

  "issues/create-comment"({ world, params, body, token }: Exchange<{ body: string }>) {
    const { number } = numbered(world, params.issue_number);
    checkText("IssueComment", body.body);
    if (body.body.trim() === "") throw invalid("IssueComment", "body", "missing_field");
    const at = world.now();
    const id = world.nextId();
    const comment: Comment = { id, issue: number, login: token.login, body: body.body, createdAt: at, updatedAt: at };
    world.state.comments.push(comment);
    return created(commentShape(world, comment));
  },

  "issues/get-comment"({ world, params }: Exchange) {
    return ok(commentShape(world, commented(world, params.comment_id)));
  },

  "issues/update-comment"({ world, params, body }: Exchange<{ body: string }>) {
    const comment = commented(world, params.comment_id);
    checkText("IssueComment", body.body);
    comment.body = body.body;
    comment.updatedAt = world.now();
    return ok(commentShape(world, comment));
  },

  "issues/delete-comment"({ world, params }: Exchange) {
    const comment = commented(world, params.comment_id);
    world.state.comments.splice(world.state.comments.indexOf(comment), 1);
    return done();
  },

  "reactions/create-for-issue-comment"({ world, params, body, token }: Exchange<{ content: string }>) {
    const { id } = commented(world, params.comment_id);
    const mine = { comment: id, content: body.content, login: token.login };
    const there = world.state.reactions.some((one) => JSON.stringify(one) === JSON.stringify(mine));
    if (!there) world.state.reactions.push(mine);
    const body_ = {
      id,
      node_id: node("REA", id),
      user: user(world, token.login),
      content: body.content,
      created_at: world.now(),
    };
    return there ? ok(body_) : created(body_);
  },
};

function numbered(world: World, number: string | undefined): Issue | PullRequest {
  const found = [...world.state.issues, ...world.state.pulls].find((one) => String(one.number) === number);
  if (found === undefined) throw notFound();
  return found;
}

function commented(world: World, id: string | undefined): Comment {
  const found = world.state.comments.find((one) => String(one.id) === id);
  if (found === undefined) throw notFound();
  return found;
}

const names = (labels: IssueBody["labels"]) =>
  (labels ?? []).map((one) => (typeof one === "string" ? one : (one.name ?? ""))).filter((name) => name !== "");

function checkText(resource: string, text: string): void {
  if (text.length > LONGEST_TEXT || Buffer.byteLength(text) > 4 * LONGEST_TEXT)
    throw invalid(resource, "body", "unprocessable", `body is too long (maximum is ${LONGEST_TEXT} characters)`);
}
