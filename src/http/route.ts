import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static, TObject, TSchema } from "typebox";
import type { Permission } from "../access/permissions.ts";
import type { Action, Actor, ReadAction } from "../audit/record.ts";
import type { Principal } from "../identity/principal.ts";
import type { House } from "./house.ts";

export const TAGS = [
  "Sessions",
  "Sign-in",
  "Me",
  "Tenants",
  "Members",
  "Users",
  "Plans and places",
  "Migrations",
  "Isolation",
  "Files",
  "Encryption",
  "Audit trail",
  "API keys",
  "Access",
  "Support",
  "Vaults",
  "Mail",
  "Single sign-on",
  "Provisioning",
  "Integrations",
  "Server",
] as const;
export type Tag = (typeof TAGS)[number];

/** What a handler works with: input that was checked, and who asks. */
export interface Call<Params, Query, Body> {
  readonly house: House;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Goes into the audit trail with everything that the call changes. */
  readonly by: Actor;
  readonly requestId: string;
  /** Reading it on a public route is a programmer's error. */
  readonly principal: Principal;
  /** For cookies and headers; answers are what `handle` returns. */
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface Described {
  /** Path with parameters as `:name`. */
  readonly url: string;
  readonly tag: Tag;
  /** A verb first: Suspend a tenant. */
  readonly summary: string;
  readonly description?: string;
}

/** Every route names the action that it leaves in the audit log; one that leaves none says why. */
type Acting =
  | { readonly method: "GET"; readonly action: ReadAction; readonly unrecorded?: never }
  | { readonly method: "GET" | "POST"; readonly action: null; readonly unrecorded: string }
  | {
      readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
      readonly action: Action;
      readonly unrecorded?: never;
    };

/** What a caller must be permitted. Whoever is signed in, or anyone at all, is said in so many words. */
export type Guard = Permission | "signed_in" | "anyone";

type Guarded =
  /** Answers without a credential. */
  | { readonly isPublic: true; readonly permission: "anyone" }
  | { readonly isPublic?: never; readonly permission: Permission | "signed_in" };

interface Options {
  /** Is paced by address, as it has no credential yet. */
  readonly isSignIn?: true;
  /** Is about the person who is signed in: users may call it, whatever tenants they are in. */
  readonly isPersonal?: true;
  /** Answers bytes: `handle` sets status and headers, and returns the stream. */
  readonly isFile?: true;
  /** The answer holds a secret: it is not kept for a repeated Idempotency-Key. */
  readonly isSecret?: true;
}

type Input<S> = S extends TSchema ? Static<S> : undefined;

export type RouteSpec<
  P extends string,
  Q extends TObject | undefined,
  B extends TSchema | undefined,
  A extends TSchema | null,
> = Described &
  Acting &
  Guarded &
  Options & {
    /** What each parameter of the path is. Any text gets in: what leads nowhere is not found. */
    readonly params?: Readonly<Record<P, string>>;
    readonly query?: Q;
    readonly body?: B;
    /** A body may be left out. */
    readonly isBodyOptional?: true;
    /** Default: 200, or 204 without an answer. */
    readonly status?: 200 | 201 | 202 | 204;
    /** Null: nothing is answered. */
    readonly answer: A;
    handle(
      call: Call<Readonly<Record<P, string>>, Input<Q>, Input<B>>,
    ): Promise<A extends TSchema ? Static<A> : unknown>;
  };

/** A route as the server and the OpenAPI document see it. */
export type Route = Described &
  Acting &
  Guarded &
  Options & {
    readonly params: Readonly<Record<string, string>>;
    readonly query: TObject | undefined;
    readonly body: TSchema | undefined;
    readonly isBodyOptional: boolean;
    readonly status: 200 | 201 | 202 | 204;
    readonly answer: TSchema | null;
    handle(call: Call<Readonly<Record<string, string>>, unknown, unknown>): Promise<unknown>;
  };

/** Declares a route. One without its permission, or that changes something without its audit action, does not compile. */
export function route<
  P extends string = never,
  const Q extends TObject | undefined = undefined,
  const B extends TSchema | undefined = undefined,
  const A extends TSchema | null = null,
>(spec: RouteSpec<P, Q, B, A>): Route {
  return {
    ...spec,
    params: spec.params ?? {},
    query: spec.query,
    body: spec.body,
    isBodyOptional: spec.isBodyOptional ?? false,
    status: spec.status ?? (spec.answer === null ? 204 : 200),
    answer: spec.answer,
    // The server checks query and body against the very schemas that the types come from.
    handle: spec.handle as Route["handle"],
  };
}
