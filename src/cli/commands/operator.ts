import { systemClock } from "../../base/clock.ts";
import type { Config } from "../../base/config.ts";
import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { label, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const link = defineCommand({
  path: ["operator", "link"],
  summary: "Make a link that signs an operator in to the console, once, within 15 minutes",
  options: {
    name: label("Who it is for; the operator is added when new. Default: Operator."),
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
      { pool: internals.control, clock: systemClock },
      by,
      options.name,
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

export const commands = [link];
