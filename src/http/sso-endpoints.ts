import type { FastifyInstance } from "fastify";
import { connectionById } from "../sso/connections.ts";
import { ssoError } from "../sso/errors.ts";
import { serviceMetadata } from "../sso/saml/metadata.ts";
import { addressesOf, receiveSamlResponse } from "../sso/sign-in.ts";
import type { House } from "./house.ts";
import { publicUrl } from "./public-url.ts";

/** A response of 256 KiB in base64, percent-encoded. */
const FORM_BYTES_MAX = 600 * 1024;
const RELAY_STATE_CHARACTERS_MAX = 200;

/**
 * What identity providers and their redirects call: no API, so not among the declared routes. None of them opens a
 * session or changes what a person could notice; the browser that began does so, by POST /v1/sign-in/sso/finish.
 */
export function addSsoEndpoints(app: FastifyInstance, house: House): void {
  const { parts } = house.tenancy.internals.sso;
  // What they begin or refuse is told by POST /v1/sign-in/sso/finish, which the browser calls with it.
  const open = { config: { isPublic: true, action: null } };
  // The form is parsed on this route alone.
  void app.register(async (scope) => {
    const parser = { parseAs: "string", bodyLimit: FORM_BYTES_MAX } as const;
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      parser,
      async (_: unknown, body: string) => Object.fromEntries(new URLSearchParams(body)),
    );
    scope.post<{ Params: { connection: string } }>(
      "/v1/sso/:connection/acs",
      { ...open, bodyLimit: FORM_BYTES_MAX },
      async (request, reply) => {
        const form = (request.body ?? {}) as Record<string, string>; // by the parser above
        const relayState = String(form["RelayState"] ?? "").slice(0, RELAY_STATE_CHARACTERS_MAX);
        const response = String(form["SAMLResponse"] ?? "");
        const after = await receiveSamlResponse(parts, request.params.connection, { response, relayState });
        const next: Record<string, string> =
          after.kind === "finish"
            ? { connection: request.params.connection, answer: `state=${encodeURIComponent(after.state)}` }
            : { start: after.connectionId };
        return reply.redirect(consoleUrl(next), 303);
      },
    );
  });

  // What came is handed to the console in the fragment, which no server and no log sees.
  app.get("/v1/integrations/callback", open, async (request, reply) => {
    const answer = request.url.includes("?") ? request.url.slice(request.url.indexOf("?") + 1) : "";
    return reply.redirect(`/integrations/finish#${new URLSearchParams({ answer })}`, 303);
  });

  app.get<{ Params: { connection: string } }>(
    "/v1/sso/:connection/callback",
    open,
    async (request, reply) => {
      const { connection } = request.params;
      const answer = request.url.includes("?") ? request.url.slice(request.url.indexOf("?") + 1) : "";
      return reply.redirect(consoleUrl({ connection, answer }), 303);
    },
  );

  app.get<{ Params: { connection: string } }>(
    "/v1/sso/:connection/metadata",
    open,
    async (request, reply) => {
      const connection = await connectionById(parts, request.params.connection);
      if (connection?.kind !== "saml")
        throw ssoError("sso.connection_not_found", { id: request.params.connection });
      const xml = serviceMetadata(addressesOf(publicUrl(house, request), connection.id));
      return reply.type("application/samlmetadata+xml; charset=utf-8").send(xml);
    },
  );
}

/** The console's page that ends a sign-in; always on this server. */
function consoleUrl(parameters: Readonly<Record<string, string>>): string {
  return `/sign-in/sso#${new URLSearchParams(parameters)}`;
}
