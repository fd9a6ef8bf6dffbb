import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WorkflowLog } from "../../../../test/runner/workflow-log.ts";
import { JobLog } from "./job-log.ts";
import { inert, workflowCommand } from "./workflow-command.ts";

/** A line that may well be a command: its pieces are what commands are made of. */
const hostile = fc
  .array(
    fc.constantFrom(
      "::",
      ":",
      "##[",
      "#",
      "[",
      "]",
      "error",
      "add-mask",
      "set-output",
      "stop-commands",
      " ",
      "\t",
      "\u0085",
      "\u00a0",
      "=",
      ",",
      "%0A",
      "\n",
      "\r",
      "x",
      "🙂",
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));

function jobLog(): { log: JobLog; read: () => WorkflowLog } {
  let text = "";
  const log = new JobLog((piece) => {
    text += piece;
  });
  const read = () => {
    const heard = new WorkflowLog();
    for (const line of text.split(/\r\n|\r|\n/)) heard.read(line);
    return heard;
  };
  return { log, read };
}

describe("what is told can never command the runner", () => {
  test("our own words, whatever names and paths they hold", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { log, read } = jobLog();
        log.say(text);
        expect(read().obeyed).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("nor a terminal: what a refusal names is shown, and does nothing", () => {
    let text = "";
    const log = new JobLog((piece) => {
      text += piece;
    });
    log.say("a\u001b[2J\u202ecsv\nnext");
    log.annotate({ level: "error", title: "ONE\u001b[31m", message: "a\u001b[31m\u2066.csv\n\u0007b" });
    expect(text).toBe("acsv\nnext\n::error title=ONE::a.csv%0Ab\n");
  });

  test("the output of the user's code, and afterwards the runner listens again", () => {
    fc.assert(
      fc.property(fc.array(hostile), hostile, (lines, title) => {
        const { log, read } = jobLog();
        const echo = log.openEcho(title);
        for (const line of lines) echo.line(line);
        echo.close();
        expect(read().obeyed).toEqual(["group", "stop-commands", "endgroup"]);
        expect(read().settled).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each(["::error::x", "  ::error::x", "\u0085::error::x", "a ##[error]x", "###[error]x", ":::error::x"])(
    "%j is only text",
    (line) => {
      const heard = new WorkflowLog();
      heard.read(inert(line));
      expect(heard.obeyed).toEqual([]);
    },
  );

  test.each(["::error::x", "\u0085 ::error::x", "a ##[error]x", "::stop-commands::t"])(
    "unarmed, %j would be obeyed",
    (line) => {
      const heard = new WorkflowLog();
      heard.read(line);
      expect(heard.obeyed).toHaveLength(1);
    },
  );

  test("text without a command stays as it is", () => {
    expect(inert("train::step 3 [ok] # done: a::b")).toBe("train::step 3 [ok] # done: a::b");
  });
});

describe("an annotation arrives as it was meant", () => {
  test("line breaks, percent signs, colons and commas come through in message and title", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (message, title) => {
        const { log, read } = jobLog();
        log.annotate({ level: "error", title, message });
        expect(read().annotations).toEqual([{ level: "error", title, message }]);
      }),
      { numRuns: 500 },
    );
  });

  test("by the letter", () => {
    expect(workflowCommand("error", "100 %\nof a:b,c", { title: "A:B,C" })).toBe(
      "::error title=A%3AB%2CC::100 %25%0Aof a:b,c",
    );
  });

  test("a secret of several lines is masked line by line", () => {
    const { log, read } = jobLog();
    log.mask("first\n\nsecond");
    expect(read().masks).toEqual(["first", "second"]);
  });
});

test("a gigabyte of output is cut in the job's log, with a word about it", () => {
  const { log, read } = jobLog();
  const echo = log.openEcho("train");
  const line = "x".repeat(8192);
  for (let i = 0; i < 2000; i++) echo.line(line);
  echo.close();
  const { lines } = read();
  expect(lines.length).toBeLessThan(520);
  expect(lines).toContain("… the rest is in log.txt of the run bundle");
});
