import { useQuery } from "@tanstack/react-query";
import { getQuery } from "../../api/get-query.ts";
import type { OperatorList } from "../../api/types.ts";
import { useHereIfAny } from "../../shell/here.ts";
import { membersQuery } from "../members/queries.ts";
import { accountsQuery, tenantApiKeysQuery } from "../programs/queries.ts";
import { tokensQuery } from "../scim/queries.ts";
import { sessionQuery } from "../session/queries.ts";

/** Names change seldom, and each look at a list stands in the audit log. */
const NAMES_STALE_MS = 300_000;

/**
 * The name of an actor from the lists that the reader may see, in one request for each kind on the page. Undefined where
 * none tells it: the reader may not see the list, the actor is gone, or stands on a later page of it.
 */
export function useActorName(kind: string, id: string): string | undefined {
  const here = useHereIfAny();
  const tenantId = here?.tenant.id ?? "";
  const staff = useQuery({ ...sessionQuery, enabled: false }).data?.permissions;
  const from = (wanted: string, permission: string) => ({
    enabled: kind === wanted && here?.permissions.has(permission) === true,
    staleTime: NAMES_STALE_MS,
  });
  const members = useQuery({ ...membersQuery(tenantId, {}), ...from("user", "members.read") }).data?.items;
  const keys = useQuery({ ...tenantApiKeysQuery(tenantId), ...from("key", "api_keys.read") }).data?.items;
  const accounts = useQuery({
    ...accountsQuery(tenantId),
    ...from("service_account", "service_accounts.read"),
  }).data?.items;
  const tokens = useQuery({ ...tokensQuery(tenantId), ...from("scim", "scim.read") }).data?.items;
  const operators = useQuery({
    ...getQuery<OperatorList>("/v1/operators"),
    enabled: kind === "operator" && staff?.includes("operators.read") === true,
    staleTime: NAMES_STALE_MS,
  }).data?.items;
  const member = kind === "user" ? members?.find(({ userId }) => userId === id) : undefined;
  if (member) return member.name || member.email;
  const named = { key: keys, service_account: accounts, scim: tokens, operator: operators }[kind];
  return named?.find((each) => each.id === id)?.name;
}
