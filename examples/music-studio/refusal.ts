import type { FastifyReply } from "fastify";
import { html } from "./html.ts";
import { document } from "./view.ts";

const SAID: Readonly<Record<string, readonly [status: number, title: string, text: string]>> = {
  "tenant.not_found": [
    404,
    "No studio here",
    "Check the address: nobody has opened a studio under this name.",
  ],
  "tenant.suspended": [
    403,
    "This studio is suspended",
    "Its data is kept. It opens again when the studio is resumed.",
  ],
  "tenant.closed": [410, "This studio is closed", "Its grace period has begun, or it has been erased."],
  "404": [404, "Nothing here", "The studio has no such page."],
  "tenant.not_ready": [503, "This studio is being set up", "Try again in a moment."],
};

/** The same refusals as the JSON routes give, for people. */
export function refusalPage(
  failure: { code?: string; status?: number; statusCode?: number },
  reply: FastifyReply,
): FastifyReply {
  const isRefused = failure.code?.startsWith("23") ?? false; // by a constraint of the database
  const status = failure.statusCode ?? failure.status ?? (isRefused ? 422 : 500);
  const [code, title, text] = SAID[failure.code ?? String(status)] ?? [
    status,
    status < 500 ? "That did not work" : "Something broke",
    status < 500
      ? "The request is not one that this page understands."
      : "Try again; the studio's data is as it was.",
  ];
  const body = html`<main class="refusal"><p class="muted">${code}</p><h1>${title}</h1><p>${text}</p></main>`;
  return reply
    .code(code)
    .type("text/html; charset=utf-8")
    .send(document({ title, hue: 220, body }));
}
