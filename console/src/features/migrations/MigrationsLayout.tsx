import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { Button } from "../../ui/Button.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";

export function MigrationsLayout() {
  const { migrations } = useMessages();
  const navigate = useNavigate();
  const forbidden = useForbiddenToStaff();
  return (
    <>
      <PageHeading
        title={migrations.title}
        actions={
          <>
            <ApiAndCli calls={{ cli: manage("app status"), api: curl("GET", "/v1/migrations") }} />
            <Button
              look="primary"
              disabledReason={forbidden("migrations.run")}
              onClick={() => navigate({ to: "/migrations/runs/new" })}
            >
              {migrations.migrate}
            </Button>
          </>
        }
      />
      <nav className="tabs" aria-label={migrations.title}>
        <Link className="tab" to="/migrations" activeOptions={{ exact: true }}>
          {migrations.tabs.versions}
        </Link>
        <Link className="tab" to="/migrations/runs" activeOptions={{ includeSearch: false }}>
          {migrations.tabs.runs}
        </Link>
        <Link className="tab" to="/migrations/drift">
          {migrations.tabs.drift}
        </Link>
      </nav>
      <Outlet />
    </>
  );
}
