import { ageS } from "../access/circumstances.ts";
import type { Permission } from "../access/permissions.ts";
import type { Facts, ResourceRef, Subject } from "../access/ports.ts";
import type { Asked } from "../audit/body.ts";

/**
 * The question as the audit log keeps it. Undefined where no policy of a tenant decides: for staff, and where being
 * somebody is enough.
 */
export function askedOf(
  subject: Subject,
  permission: Permission | "signed_in",
  facts: Facts,
  resource?: ResourceRef,
): Asked | undefined {
  if (permission === "signed_in" || subject.kind === "operator" || subject.kind === "platform_key")
    return undefined;
  const { kind, id, roles, scopes } = subject;
  const { amr, mfaAt, purpose, device, deviceSince, now } = facts;
  return {
    permission,
    kind,
    id,
    roles,
    ...(scopes ? { scopes } : {}),
    ...(amr.length > 0 ? { amr } : {}),
    ...(mfaAt ? { mfaAgeS: ageS(mfaAt, now) } : {}),
    ...(purpose === undefined ? {} : { purpose }),
    ...(device === undefined ? {} : { device }),
    ...(deviceSince ? { deviceAgeS: ageS(deviceSince, now) } : {}),
    ...(resource ? { resource: toReference(resource) } : {}),
  };
}

/** What a thing is, without what is in it: attributes are the app's data. */
function toReference({ id, type, attributes }: ResourceRef): NonNullable<Asked["resource"]> {
  const hasAttributes = attributes !== undefined && Object.keys(attributes).length > 0;
  return {
    id,
    ...(type === undefined ? {} : { type }),
    ...(hasAttributes ? { hasAttributes } : {}),
  };
}
