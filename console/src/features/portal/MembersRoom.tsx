import { Link, Outlet, useParams } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl } from "../../shell/equivalents.ts";
import { useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { InviteButton } from "../members/InviteButton.tsx";

export function MembersRoom() {
  const { members, recovery } = useMessages();
  const { tenant, permissions } = useHere();
  const { slug = "" } = useParams({ strict: false });
  return (
    <>
      <PageHeading
        title={members.title}
        actions={
          <>
            <ApiAndCli
              calls={{
                api: curl("GET", `/v1/tenants/${tenant.id}/members`),
              }}
            />
            <InviteButton />
          </>
        }
      />
      <nav className="tabs" aria-label={members.title}>
        <Link
          className="tab"
          to="/t/$slug/members"
          params={{ slug }}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          {members.tabs.members}
        </Link>
        <Link className="tab" to="/t/$slug/members/invitations" params={{ slug }}>
          {members.tabs.invitations}
        </Link>
        {permissions.has("members.manage") && (
          <Link className="tab" to="/t/$slug/members/recoveries" params={{ slug }}>
            {recovery.list.tab}
          </Link>
        )}
      </nav>
      <Outlet />
    </>
  );
}
