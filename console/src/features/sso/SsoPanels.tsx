import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl } from "../../shell/equivalents.ts";
import { useHere } from "../../shell/here.ts";
import { Panel } from "../../ui/Panel.tsx";
import { ConnectButton } from "./ConnectButton.tsx";
import { ConnectionsTable } from "./ConnectionsTable.tsx";
import { DomainsPanel } from "./DomainsPanel.tsx";
import { RequirePanel } from "./RequirePanel.tsx";
import { RolesByGroupPanel } from "./RolesByGroupPanel.tsx";

/** Everything about how a tenant's people sign in through their own organisation. */
export function SsoPanels() {
  const { sso: text } = useMessages();
  const { tenant } = useHere();
  return (
    <div className="stack-wide">
      <Panel
        title={text.connections}
        actions={
          <div className="row">
            <ApiAndCli calls={{ api: curl("GET", `/v1/tenants/${tenant.id}/sso-connections`) }} />
            <ConnectButton />
          </div>
        }
      >
        <p className="prose quiet">{text.intro}</p>
        <ConnectionsTable />
      </Panel>
      <DomainsPanel />
      <RolesByGroupPanel />
      <RequirePanel />
    </div>
  );
}
