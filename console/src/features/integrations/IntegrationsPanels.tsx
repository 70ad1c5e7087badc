import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Integration, IntegrationList } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { DataTable } from "../../ui/DataTable.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Typed } from "../../ui/Typed.tsx";
import { DisconnectDialog } from "./DisconnectDialog.tsx";
import { beginConnecting, integrationsQuery } from "./queries.ts";
import { useIntegrationColumns } from "./use-integration-columns.tsx";
import "./integrations.css";

/** Which outside accounts the tenant's app may use, how they stand, and which can be added. */
export function IntegrationsPanels() {
  const { integrations: text } = useMessages();
  const { tenant } = useHere();
  const { slug = "" } = useParams({ strict: false });
  const found = useQuery(integrationsQuery(tenant.id));
  const [leaving, setLeaving] = useState<Integration>();
  const connect = useAction({
    run: (provider: string) => beginConnecting(tenant.id, provider, `/t/${slug}/integrations`),
    touches: [],
  });
  const available = found.data?.available ?? [];
  const nameOf = (key: string) => available.find(({ provider }) => provider === key)?.name ?? key;
  const columns = useIntegrationColumns({
    nameOf,
    canConnect: (key) => available.some(({ provider }) => provider === key),
    onConnect: (provider) => connect.mutate(provider),
    onDisconnect: setLeaving,
  });
  return (
    <div className="stack-wide">
      <Panel
        title={text.connected}
        actions={
          <ApiAndCli
            calls={{
              cli: manage(`integration list ${tenant.slug}`),
              api: curl("GET", `/v1/tenants/${tenant.id}/integrations`),
            }}
          />
        }
      >
        <p className="prose quiet">{text.intro}</p>
        <DataTable
          caption={text.connected}
          columns={columns}
          rows={found.data?.items}
          rowKey={({ id }) => id}
          problem={found.isError && <ProblemNote error={found.error} onRetry={() => found.refetch()} />}
          blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
        />
      </Panel>
      <Panel title={text.available}>
        {found.isLoading && <Bone width="160px" />}
        {connect.isError && <ProblemNote error={connect.error} />}
        {found.data && (
          <Services
            available={found.data.available}
            isBusy={connect.isPending}
            onConnect={(provider) => connect.mutate(provider)}
          />
        )}
      </Panel>
      <DisconnectDialog
        integration={leaving}
        service={leaving ? nameOf(leaving.provider) : ""}
        onClose={() => setLeaving(undefined)}
      />
    </div>
  );
}

interface ServicesProps {
  readonly available: IntegrationList["available"];
  readonly isBusy: boolean;
  readonly onConnect: (provider: string) => void;
}

function Services({ available, isBusy, onConnect }: ServicesProps) {
  const { integrations: text } = useMessages();
  const forbidden = useForbidden()("integrations.manage");
  if (available.length === 0) {
    return (
      <Blank title={text.noneAvailable.title}>
        <Typed text={text.noneAvailable.body} />
      </Blank>
    );
  }
  return (
    <ul className="services">
      {available.map(({ provider, name }) => (
        <li key={provider} className="service">
          <span className="identity">{name}</span>
          <Button
            aria-label={text.connectNamed(name)}
            isBusy={isBusy}
            disabledReason={forbidden}
            onClick={() => onConnect(provider)}
          >
            {text.connect}
          </Button>
        </li>
      ))}
    </ul>
  );
}
