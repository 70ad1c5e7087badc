import { Link, Outlet } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";

/** Users across tenants, and those who ask to come back. */
export function PeopleLayout() {
  const { people: text } = useMessages();
  return (
    <>
      <PageHeading
        title={text.title}
        actions={<ApiAndCli calls={{ cli: manage("user list"), api: curl("GET", "/v1/users") }} />}
      />
      <nav className="tabs" aria-label={text.title}>
        <Link className="tab" to="/people" activeOptions={{ exact: true, includeSearch: false }}>
          {text.tabs.users}
        </Link>
        <Link className="tab" to="/people/recoveries">
          {text.tabs.recoveries}
        </Link>
      </nav>
      <Outlet />
    </>
  );
}
