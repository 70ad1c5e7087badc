import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Finding } from "../../adopt/compile.ts";
import { defineCommand } from "../command.ts";
import { cliError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { flag, list } from "../options.ts";
import type { Output } from "../output.ts";

const adopt = defineCommand({
  path: ["adopt"],
  action: null,
  unrecorded: "It turns files into files; there is no platform that it could act on.",
  summary: "Print single-tenant SQL as the tenant-safe SQL that it becomes",
  about:
    "Files are read in the order given; - is standard input. The SQL goes to stdout; what was refused or changed in\nmeaning goes to stderr, with the line, the reason and the cure. Needs no database.",
  positionals: [{ name: "FILE", about: "SQL as an ordinary app has it.", isRequired: true, isMany: true }],
  options: {
    shared: list("TABLE,…", "Reference tables that all tenants read and none writes. Default: `app.shared`."),
    check: flag("Print the findings alone."),
  },
  examples: [
    "tenancy adopt migrations/*.sql",
    "tenancy adopt schema.sql --shared genres,media_types > adopted.sql",
    "tenancy adopt schema.sql --check --json",
  ],
  async run({ options, positionals, out, config, readStdin }) {
    const shared = options.shared ?? (await config()).app.shared;
    const files = [];
    for (const path of positionals) {
      files.push({
        name: path === "-" ? "stdin" : basename(path),
        sql: path === "-" ? await readStdin() : await read(path),
      });
    }
    const [{ compile }, { printAdopted }] = await Promise.all([
      import("../../adopt/compile.ts"),
      import("../../adopt/print.ts"),
    ]);
    const compiled = await compile(files, { shared });
    const refused = compiled.findings.filter(({ severity }) => severity === "refused").length;
    const sql = options.check ? undefined : printAdopted(compiled);
    printFindings(out, compiled.findings);
    out.answer({ sql, findings: compiled.findings, levels: compiled.levels, refused }, () => sql ?? "");
    if (!compiled.levels.schema)
      out.say("It uses several schemas: it can run at table and database level, not at schema level.");
    if (refused === 0) out.say(`${out.paint("green", "Accepted:")} every statement is tenant-safe.`);
    else if (!out.isJson) {
      const many = refused === 1 ? "1 statement" : `${refused} statements`;
      out.talk(
        `${out.paint("red", "Refused:")} ${many}; nothing of this may be applied until they are mended.`,
      );
    }
    return refused > 0 ? EXIT.usage : EXIT.ok;
  },
});

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code } = cause as { code?: string };
    const reason =
      code === "ENOENT"
        ? "it does not exist"
        : code === "EISDIR"
          ? "it is a folder"
          : (cause as Error).message;
    throw cliError("cli.unreadable_file", { file, reason }, { cause });
  }
}

/** `file:line: refused: reason` and the cure below, as compilers write it, so that editors find the line. */
export function printFindings(out: Output, findings: readonly Finding[]): void {
  if (out.isJson) return;
  for (const { severity, file, line, reason, cure, count: times } of findings) {
    if (severity === "notice" && out.isQuiet) continue;
    const word = severity === "refused" ? out.paint("red", "refused:") : out.paint("yellow", "notice:");
    out.talk(
      `${out.clean(file)}:${line}: ${word} ${out.clean(reason)}${times > 1 ? ` (${times} times)` : ""}`,
    );
    out.talk(`  ${out.clean(cure)}`);
  }
}

export const commands = [adopt];
