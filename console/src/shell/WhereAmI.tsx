import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { regionsQuery } from "../features/cells/queries.ts";
import { sessionQuery } from "../features/session/queries.ts";
import { tenantQuery } from "../features/tenants/queries.ts";
import { useMessages } from "../messages/LocaleProvider.tsx";

/** Region and mode, always in sight: the region of the tenant on screen, else that of the installation. */
export function WhereAmI() {
  const { shell } = useMessages();
  const { tenantId } = useParams({ strict: false });
  const regions = useQuery(regionsQuery).data?.items ?? [];
  const tenant = useQuery({ ...tenantQuery(tenantId ?? ""), enabled: tenantId !== undefined }).data;
  const mode = useQuery(sessionQuery).data?.mode;
  const only = regions.length === 1 ? regions[0] : undefined;
  const here = tenant ? regions.find(({ key }) => key === tenant.region) : only;
  const region =
    here?.name ?? tenant?.region ?? (regions.length > 1 ? shell.regionsCount(regions.length) : "");
  return (
    <span className="where">
      {region !== "" && (
        <span>
          <span className="quiet where-word">{shell.region}</span> {region}
        </span>
      )}
      {mode && (
        <span className="mode" data-mode={mode} title={shell.modeMeaning[mode]}>
          {shell.mode[mode]}
        </span>
      )}
    </span>
  );
}
