import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { isApiError } from "../../api/api-error.ts";
import type { Tenant } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { myAccessQuery } from "../access/queries.ts";
import { tenantQuery } from "../tenants/queries.ts";
import { tenantStatusTones } from "../tenants/status-tone.ts";

/** What one's own tenant is, has and may use. Somebody else's is the same "nothing here" as one that never was. */
export function OverviewRoom() {
  const { portal } = useMessages();
  const { slug = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const tenant = useQuery(tenantQuery(slug));
  if (tenant.data) return <Overview tenant={tenant.data} />;
  if (tenant.isError && isApiError(tenant.error) && tenant.error.problem.status === 404) {
    return (
      <>
        <PageHeading title={portal.notMember.title} />
        <Blank
          title={portal.notMember.body}
          action={<Button onClick={() => navigate({ to: "/account" })}>{portal.notMember.action}</Button>}
        />
      </>
    );
  }
  return (
    <>
      <PageHeading title={portal.rooms.overview} />
      {tenant.isError ? (
        <ProblemNote error={tenant.error} onRetry={() => tenant.refetch()} />
      ) : (
        <div className="stack" aria-busy="true">
          <Bone width="160px" />
          <Bone width="120px" />
        </div>
      )}
    </>
  );
}

function Overview({ tenant }: { tenant: Tenant }) {
  const { portal, tenants, general, access: words, programs } = useMessages();
  const formats = useFormats();
  const mine = useQuery(myAccessQuery(tenant.id)).data;
  const limit = (value: number | null | undefined) =>
    value === null || value === undefined ? general.unlimited : formats.number(value);
  return (
    <>
      <PageHeading
        title={tenant.name}
        beside={
          <Mark tone={tenantStatusTones[tenant.status]} title={tenants.statusMeaning[tenant.status]}>
            {tenants.statuses[tenant.status]}
          </Mark>
        }
      />
      <div className="two-columns">
        <Panel title={portal.about}>
          <Facts
            facts={[
              { label: general.id, value: <CopyableId id={tenant.id} what={general.id} /> },
              { label: tenants.plan, value: tenant.plan },
              {
                label: portal.domains,
                value: tenant.domains.map(({ domain }) => domain).join(", ") || (
                  <span className="quiet">{general.none}</span>
                ),
              },
              { label: tenants.level, value: tenants.levels[tenant.level] },
              { label: general.created, value: <Time at={tenant.createdAt} /> },
              { label: portal.users, value: limit(tenant.limits.maxUsers) },
              { label: portal.storage, value: limit(tenant.limits.maxStorageGb) },
            ]}
          />
        </Panel>
        <Panel title={portal.mine}>
          <Facts
            facts={[
              {
                label: portal.roles,
                value: (mine?.roles ?? []).map((key) => words.roleNames[key] ?? key).join(", "),
              },
              {
                label: words.permissions,
                value: (
                  <details>
                    <summary>{programs.bounded(mine?.permissions.length ?? 0)}</summary>
                    <ul className="words mono">
                      {(mine?.permissions ?? []).map((name) => (
                        <li key={name}>{name}</li>
                      ))}
                    </ul>
                  </details>
                ),
                hint: portal.mineHint,
              },
            ]}
          />
        </Panel>
      </div>
    </>
  );
}
