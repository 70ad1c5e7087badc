import type { Config } from "../../base/config.ts";
import { defineCommand } from "../command.ts";
import { confirm } from "../confirm.ts";
import { usageError } from "../errors.ts";
import { choice, label, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const link = defineCommand({
  path: ["operator", "link"],
  action: "operator.link_created",
  summary: "Make a link that signs an operator in to the console, once, within 15 minutes",
  options: {
    name: label("Who it is for; the operator is added when new. Default: Operator."),
    email: text(
      "ADDRESS",
      "Where changes of their second factors are told; kept. The address before is told of a new one.",
    ),
    locale: choice(["en", "fr"], "Language of those mails; kept. Default: en."),
    baseUrl: text("URL", "Address of the console. Default: that of the configured server."),
  },
  examples: [
    "tenancy operator link",
    'tenancy operator link --name "Ada" --base-url https://console.example.com',
  ],
  async run({ options, out, open, by, config }) {
    const base = consoleUrl(options.baseUrl, await config());
    const { internals } = await open();
    const { createOperatorLink } = await import("../../identity/operators.ts");
    const { token, operator, expiresAt } = await createOperatorLink(
      internals.identity.parts,
      by,
      options.name,
      {
        ...(options.email === undefined ? {} : { email: options.email }),
        ...(options.locale === undefined ? {} : { locale: options.locale }),
      },
    );
    const url = `${base}#link=${token}`;
    out.say(`For ${out.clean(operator.name)}; works once, until ${at(expiresAt)}.`);
    out.answer({ url, operator, expiresAt }, () => `${url}\n`);
  },
});

function consoleUrl(given: string | undefined, { server }: Config): string {
  const host = ["0.0.0.0", "::"].includes(server.host) ? "localhost" : server.host;
  const text = given ?? `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return `${url.origin}${url.pathname.replace(/\/?$/, "/")}`;
  const message = `Expected an address such as https://console.example.com, got ${JSON.stringify(text)}.`;
  throw usageError(["operator", "link"], [{ path: "--base-url", message }]);
}

/** Whoever can run this can make operators, too: it needs no approval. */
const removeFactors = defineCommand({
  path: ["operator", "remove-factors"],
  action: "operator.factor_changed",
  summary: "Take all second factors of an operator who lost them, and sign them out everywhere",
  about: "They sign in with a new link then: tenancy operator link --name NAME.",
  positionals: [{ name: "NAME", about: "As `tenancy operator link --name` gave it.", isRequired: true }],
  examples: ["tenancy operator remove-factors Ada --yes"],
  async run({ positionals, out, open, by, ask, globals }) {
    const name = positionals[0] as string; // required
    await confirm(
      { globals, ask },
      `Type the name to take all second factors (${out.clean(name)})`,
      `operator ${name} would lose all second factors`,
      name,
    );
    const { internals } = await open();
    const { removeOperatorFactors } = await import("../../identity/operators.ts");
    const operator = await removeOperatorFactors(internals.identity.parts, name, by);
    out.say(`${out.paint("green", "Removed")} the second factors of ${out.clean(operator.name)}.`);
    out.answer({ operator, removed: true }, () => "");
  },
});

export const commands = [link, removeFactors];
