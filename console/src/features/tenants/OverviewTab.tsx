import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Limits, Tenant } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Fact, Facts } from "../../ui/Facts.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";
import { isAllowed } from "./allowed-acts.ts";
import { DomainsPanel } from "./DomainsPanel.tsx";
import { EditTenantDialog } from "./EditTenantDialog.tsx";
import { limitNames } from "./limit-names.ts";
import { plansQuery } from "./queries.ts";
import { useTenant } from "./use-tenant.ts";

export function OverviewTab() {
  const tenant = useTenant();
  return (
    <>
      <StateNotice tenant={tenant} />
      <div className="two-columns">
        <PlacementPanel tenant={tenant} />
        <div className="stack-wide">
          <PlanPanel tenant={tenant} />
          <DomainsPanel tenant={tenant} />
        </div>
      </div>
      <EditTenantDialog tenant={tenant} />
    </>
  );
}

function StateNotice({ tenant }: { tenant: Tenant }) {
  const { tenants } = useMessages();
  const formats = useFormats();
  if (tenant.status === "active") return null;
  return (
    <Notice tone={tenant.status === "deleting" || tenant.status === "erasing" ? "danger" : "warn"}>
      <p>{tenants.statusMeaning[tenant.status]}</p>
      {tenant.suspension && (
        <p>
          {tenants.overview.suspendedFor(formats.dateTime(tenant.suspension.at), tenant.suspension.reason)}
        </p>
      )}
      {tenant.status === "deleting" && tenant.deletion && (
        <p>{tenants.overview.erasedAfter(formats.dateTime(tenant.deletion.eraseAfter))}</p>
      )}
    </Notice>
  );
}

function PlacementPanel({ tenant }: { tenant: Tenant }) {
  const { tenants, general } = useMessages();
  const formats = useFormats();
  const { overview } = tenants;
  return (
    <Panel title={overview.placement}>
      <Facts
        facts={[
          { label: tenants.region, value: tenant.region },
          { label: tenants.cell, value: <Link to="/cells">{tenant.cell}</Link> },
          {
            label: tenants.level,
            value: tenants.levels[tenant.level],
            hint: tenants.levelMeaning[tenant.level],
          },
          { label: overview.database, value: <span className="mono">{tenant.place.database}</span> },
          { label: overview.schema, value: <span className="mono">{tenant.place.schema}</span> },
          {
            label: overview.epoch,
            value: <span className="number">{formats.number(tenant.epoch)}</span>,
            hint: overview.epochMeaning,
          },
          { label: general.created, value: <Time at={tenant.createdAt} /> },
          { label: general.updated, value: <Time at={tenant.updatedAt} /> },
        ]}
      />
    </Panel>
  );
}

function PlanPanel({ tenant }: { tenant: Tenant }) {
  const forbidden = useForbiddenToStaff();
  const { tenants, general } = useMessages();
  const { overview, acts, statuses } = tenants;
  const formats = useFormats();
  const navigate = useNavigate();
  const plan = useQuery(plansQuery).data?.items.find(({ key }) => key === tenant.plan);
  const limitFact = (name: keyof Limits): Fact => {
    const value = tenant.limits[name] ?? plan?.limits[name];
    const isOfPlan = value !== undefined && value === plan?.limits[name];
    return {
      label: tenants.limits[name],
      value: (
        <>
          <span className="number">{value === undefined ? general.unlimited : formats.number(value)}</span>
          {isOfPlan && <span className="quiet"> {overview.fromPlan}</span>}
        </>
      ),
    };
  };
  return (
    <Panel
      title={overview.planAndLimits}
      actions={
        <Button
          disabledReason={
            forbidden("tenants.update") ||
            (!isAllowed("change", tenant) && acts.notWhile(statuses[tenant.status]))
          }
          onClick={() => navigate({ to: ".", search: { act: "edit" } })}
        >
          {overview.editTenant}
        </Button>
      }
    >
      <Facts
        facts={[
          { label: tenants.plan, value: plan?.name ?? tenant.plan },
          ...limitNames.map(limitFact),
          {
            label: overview.features,
            value:
              tenant.features.length === 0 ? (
                <span className="quiet">{overview.noFeatures}</span>
              ) : (
                <ul className="words">
                  {tenant.features.map((feature) => (
                    <li key={feature} className="mono">
                      {feature}
                    </li>
                  ))}
                </ul>
              ),
          },
        ]}
      />
    </Panel>
  );
}
