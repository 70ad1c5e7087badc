/** Whose keys: a tenant's, or those for what belongs to no tenant (users, operators, the platform itself). */
export type KeyScope = { readonly tenantId: string } | "platform";

/** As it stands in messages and in what is bound to a value. */
export function scopeName(scope: KeyScope): string {
  return scope === "platform" ? "platform" : `tenant:${scope.tenantId}`;
}

/** As it stands in the tables. */
export function scopeTenantId(scope: KeyScope): string | null {
  return scope === "platform" ? null : scope.tenantId;
}

export function toScope(tenantId: string | null): KeyScope {
  return tenantId === null ? "platform" : { tenantId };
}

/** One byte string per list, and no two lists share one: each part is preceded by its length. */
export function encodeContext(parts: readonly string[]): Buffer {
  const bytes = parts.map((part) => Buffer.from(part, "utf8"));
  const out = Buffer.allocUnsafe(bytes.reduce((sum, part) => sum + 4 + part.length, 4));
  let at = out.writeUInt32BE(parts.length, 0);
  for (const part of bytes) {
    at = out.writeUInt32BE(part.length, at);
    at += part.copy(out, at);
  }
  return out;
}
