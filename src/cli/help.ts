import { type Command, GLOBAL_OPTIONS } from "./command.ts";
import { padTo } from "./display-width.ts";
import { EXIT_MEANINGS } from "./exit-codes.ts";
import { NOUNS } from "./nouns.ts";
import { kebab, type Options } from "./options.ts";

/** All commands by noun. */
export function topHelp(commands: readonly Command[], version: string): string {
  const sections = Object.entries(NOUNS).map(([noun, { summary }]) => {
    const own = commands.filter(({ path }) => path[0] === noun);
    return `${summary}:\n${rows(own.map((command) => [usage(command), command.summary]))}`;
  });
  return `tenancy ${version}: the multi-tenant platform for TypeScript and PostgreSQL

Usage: tenancy NOUN [VERB] [options]

${sections.join("\n")}
Options of every command:
${optionRows(GLOBAL_OPTIONS)}
Examples:
  tenancy tenant create --name "Music Studio XYZ" --plan premium
  tenancy tenant list --status active --json
  tenancy app migrate

\`tenancy NOUN VERB --help\` tells more. It works on the database that TENANT_DATABASE_URL or tenancy.config.ts
names, else on the embedded PostgreSQL in the data folder, whether or not a server runs.
`;
}

export function groupHelp(prefix: readonly string[], commands: readonly Command[]): string {
  return `Usage: tenancy ${prefix.join(" ")} VERB [options]

${rows(commands.map((command) => [usage(command), command.summary]))}
\`tenancy ${prefix.join(" ")} VERB --help\` tells more.
`;
}

export function commandHelp(command: Command): string {
  const positionals = command.positionals.map(({ name, about }): [string, string] => [name, about]);
  const about = command.about ? `\n${command.about}\n` : "";
  const parts = [
    `Usage: tenancy ${usage(command)}${Object.keys(command.options).length > 0 ? " [options]" : ""}\n\n${command.summary}.\n${about}`,
    ...(positionals.length > 0 ? [rows(positionals)] : []),
    ...(Object.keys(command.options).length > 0 ? [`Options:\n${optionRows(command.options)}`] : []),
    `Options of every command:\n${optionRows(GLOBAL_OPTIONS)}`,
    `Examples:\n${command.examples.map((example) => `  ${example}\n`).join("")}`,
    `Exit codes:\n${rows(EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]))}`,
  ];
  return parts.join("\n");
}

/** `tenant suspend TENANT --reason TEXT`: what must be given. */
export function usage(command: Command): string {
  const words = command.positionals.map(({ name, isRequired, isMany }) => {
    const word = isMany ? `${name}…` : name;
    return isRequired || name === "TENANT" ? word : `[${word}]`;
  });
  const required = Object.entries(command.options)
    .filter(([, option]) => option.isRequired)
    .map(([key, option]) => `--${kebab(key)} ${option.value}`);
  return [...command.path, ...words, ...required].join(" ");
}

export function optionUsage(key: string, value: string): string {
  return value === "" ? `--${kebab(key)}` : `--${kebab(key)} ${value}`;
}

function optionRows(options: Options): string {
  return rows(Object.entries(options).map(([key, option]) => [optionUsage(key, option.value), option.about]));
}

const LEFT_MAX = 46;

function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.min(LEFT_MAX, Math.max(...pairs.map(([left]) => left.length)));
  return pairs
    .map(([left, right]) =>
      left.length > width
        ? `  ${left}\n  ${" ".repeat(width)}  ${right}\n`
        : `  ${padTo(left, width)}  ${right}\n`,
    )
    .join("");
}
