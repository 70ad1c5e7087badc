import { Link, Outlet, useLocation, useParams } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { CreateAccountButton } from "../programs/AccountDialogs.tsx";
import { CreateKeyButton } from "../programs/CreateKeyButton.tsx";

/** API keys and service accounts of the tenant. */
export function ProgramsRoom() {
  const { programs: text } = useMessages();
  const { tenant, permissions } = useHere();
  const { slug = "" } = useParams({ strict: false });
  const isAccounts = useLocation().pathname.endsWith("/accounts");
  return (
    <>
      <PageHeading
        title={text.title}
        actions={
          <>
            <ApiAndCli
              calls={
                isAccounts
                  ? {
                      cli: manage(`service-account list ${tenant.slug}`),
                      api: curl("GET", `/v1/tenants/${tenant.id}/service-accounts`),
                    }
                  : {
                      cli: manage(`key list --tenant ${tenant.slug}`),
                      api: curl("GET", `/v1/tenants/${tenant.id}/api-keys`),
                    }
              }
            />
            {isAccounts ? <CreateAccountButton /> : <CreateKeyButton />}
          </>
        }
      />
      <p className="prose">{text.intro}</p>
      <nav className="tabs" aria-label={text.title}>
        <Link
          className="tab"
          to="/t/$slug/programs"
          params={{ slug }}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          {text.tabs.keys}
        </Link>
        {permissions.has("service_accounts.read") && (
          <Link className="tab" to="/t/$slug/programs/accounts" params={{ slug }}>
            {text.tabs.accounts}
          </Link>
        )}
      </nav>
      <Outlet />
    </>
  );
}
