import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { isApiError } from "../../api/api-error.ts";
import type { Tenant } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { tenantQuery } from "./queries.ts";
import { SuspendDialog } from "./SuspendDialog.tsx";
import { tenantStatusTones } from "./status-tone.ts";
import { TenantActions } from "./TenantActions.tsx";
import { WorkflowPanel } from "./WorkflowPanel.tsx";
import "./tenant.css";

export function TenantLayout() {
  const { tenants } = useMessages();
  const { tenantId = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const tenant = useQuery(tenantQuery(tenantId));

  if (tenant.data) return <TenantFrame tenant={tenant.data} address={tenantId} />;
  if (tenant.isError && isApiError(tenant.error) && tenant.error.problem.status === 404) {
    return (
      <>
        <PageHeading title={tenants.notFound.title} />
        <Blank
          title={tenants.notFound.body}
          action={<Button onClick={() => navigate({ to: "/tenants" })}>{tenants.notFound.action}</Button>}
        />
      </>
    );
  }
  if (tenant.isError) {
    return (
      <>
        <PageHeading title={tenants.one} />
        <ProblemNote error={tenant.error} onRetry={() => tenant.refetch()} />
      </>
    );
  }
  return (
    <div className="stack" aria-busy="true">
      <Bone width="160px" />
      <Bone width="120px" />
      <Bone width="140px" />
    </div>
  );
}

/** @param props.address Id or slug, as the URL has it: the tabs lead on from there. */
function TenantFrame({ tenant, address }: { tenant: Tenant; address: string }) {
  const { tenants, general } = useMessages();
  return (
    <>
      <div className="stack-tight">
        <PageHeading
          title={tenant.name}
          beside={
            <Mark tone={tenantStatusTones[tenant.status]} title={tenants.statusMeaning[tenant.status]}>
              {tenants.statuses[tenant.status]}
            </Mark>
          }
          actions={
            <>
              <ApiAndCli
                calls={{
                  cli: manage(`tenant show ${tenant.slug}`),
                  api: curl("GET", `/v1/tenants/${tenant.id}`),
                }}
              />
              <TenantActions tenant={tenant} />
            </>
          }
        />
        <div className="row quiet tenant-names">
          <span className="mono">{tenant.slug}</span>
          <CopyableId id={tenant.id} what={general.id} />
        </div>
      </div>
      {tenant.workflowId && <WorkflowPanel id={tenant.workflowId} />}
      <TenantTabs id={address} />
      <Outlet />
      <SuspendDialog tenant={tenant} />
      <DeleteDialog tenant={tenant} />
    </>
  );
}

/** Links, not an ARIA tab list: each tab is an address of its own. */
function TenantTabs({ id }: { id: string }) {
  const { tenants } = useMessages();
  const params = { tenantId: id };
  return (
    <nav className="tabs" aria-label={tenants.one}>
      <Link
        className="tab"
        to="/tenants/$tenantId"
        params={params}
        activeOptions={{ exact: true, includeSearch: false }}
      >
        {tenants.tabs.overview}
      </Link>
      <Link className="tab" to="/tenants/$tenantId/data" params={params}>
        {tenants.tabs.data}
      </Link>
      <Link className="tab" to="/tenants/$tenantId/isolation" params={params}>
        {tenants.tabs.isolation}
      </Link>
      <Link className="tab" to="/tenants/$tenantId/keys" params={params}>
        {tenants.tabs.keys}
      </Link>
      <Link className="tab" to="/tenants/$tenantId/access" params={params}>
        {tenants.tabs.access}
      </Link>
      <Link className="tab" to="/tenants/$tenantId/sso" params={params}>
        {tenants.tabs.sso}
      </Link>
      <Link className="tab" to="/tenants/$tenantId/activity" params={params}>
        {tenants.tabs.activity}
      </Link>
    </nav>
  );
}
