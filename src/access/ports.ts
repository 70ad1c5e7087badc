import type { Device } from "./device.ts";
import type { Permission } from "./permissions.ts";

/** Who asks, as far as decisions go. The gate makes it of a principal; identity and access know nothing of each other. */
export interface Subject {
  readonly kind: "operator" | "platform_key" | "support" | "user" | "service_account" | "api_key";
  readonly id: string;
  /** Keys of roles in the tenant at hand; of an operator on the platform. */
  readonly roles: readonly string[];
  /** Those of them that are held for a time: they allow, and cannot be given on. Default: none. */
  readonly temporary?: readonly string[];
  /** The permissions that it has at most; null: no such bound. */
  readonly scopes: readonly string[] | null;
}

/** Circumstances of a request. */
export interface Facts {
  readonly now: Date;
  /** Undefined: not known, such as for work without a request. */
  readonly ip?: string;
  readonly amr: readonly string[];
  /** When a second factor was last used; null: never. */
  readonly mfaAt: Date | null;
  readonly purpose?: string;
  /** As its User-Agent says. Default: unknown. */
  readonly device?: Device;
  /** The person's first sign-in with this browser; null: not known. Default: not known. */
  readonly deviceSince?: Date | null;
}

/** A thing in the tenant that the question is about, with what policies may ask of it. */
export interface ResourceRef {
  readonly id: string;
  /** What kind of thing it is, such as its table: policies see it as the attribute `resourceType`. */
  readonly type?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Question {
  readonly subject: Subject;
  readonly permission: Permission;
  /** The tenant in the path; null: the platform itself. */
  readonly tenantId: string | null;
  readonly facts: Facts;
  readonly resource?: ResourceRef;
}

/** A fresher proof of who they are would do (RFC 9470). */
export interface StepUp {
  /** Seconds that the second factor may be old. */
  readonly maxAgeS: number;
}

export interface Decision {
  readonly allowed: boolean;
  /** The policies that decided. */
  readonly policies: readonly string[];
  /** In words for people. */
  readonly reasons: readonly string[];
  readonly needs?: StepUp;
}
