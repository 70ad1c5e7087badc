import { useParams } from "@tanstack/react-router";

/** Addresses of the pages of SSO: in the portal of a tenant, or in the operators' view of one. */
export function useSsoBase(): (path?: string) => string {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  const base =
    params["slug"] === undefined ? `/tenants/${params["tenantId"]}/sso` : `/t/${params["slug"]}/sso`;
  return (path = "") => base + path;
}
