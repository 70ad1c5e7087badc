import type { Integration } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden } from "../../shell/here.ts";
import { Button } from "../../ui/Button.tsx";
import type { Column } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";

interface ColumnOptions {
  readonly nameOf: (provider: string) => string;
  /** Whether the platform still has a client at the service. */
  readonly canConnect: (provider: string) => boolean;
  readonly onConnect: (provider: string) => void;
  readonly onDisconnect: (integration: Integration) => void;
}

export function useIntegrationColumns(options: ColumnOptions): Column<Integration>[] {
  const { integrations: text, general } = useMessages();
  return [
    {
      key: "account",
      header: text.account,
      cell: ({ account, provider }) => (
        <div className="stack-tight">
          <span className="identity identity-wide">{account.name || account.id}</span>
          <span className="quiet">{options.nameOf(provider)}</span>
        </div>
      ),
    },
    { key: "status", header: general.status, cell: (integration) => <Standing integration={integration} /> },
    {
      key: "renewed",
      header: text.renewed,
      isSecondary: true,
      cell: ({ refreshedAt }) => <Time at={refreshedAt} />,
    },
    {
      key: "ends",
      header: text.ends,
      isSecondary: true,
      cell: ({ expiresAt }) =>
        expiresAt === null ? <span className="quiet">{text.endsNever}</span> : <Time at={expiresAt} />,
    },
    {
      key: "allows",
      header: text.allows,
      isSecondary: true,
      cell: ({ scopes }) =>
        scopes.length === 0 ? (
          <span className="quiet">{text.allowsDefault}</span>
        ) : (
          <span className="mono wrap-anywhere">{scopes.join(" ")}</span>
        ),
    },
    {
      key: "actions",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (integration) => <Actions integration={integration} {...options} />,
    },
  ];
}

/** How the connection stands, and what mends it. */
function Standing({ integration: { status, failure } }: { integration: Integration }) {
  const { integrations: text } = useMessages();
  const isExpired = status === "expired";
  if (!isExpired && failure === null) {
    return (
      <Mark tone="ok" title={text.statusMeaning.connected}>
        {text.statuses.connected}
      </Mark>
    );
  }
  return (
    <div className="standing">
      <Mark tone={isExpired ? "danger" : "warn"}>{isExpired ? text.statuses.expired : text.failing}</Mark>
      <span className="quiet">{isExpired ? text.expiredCure : text.failingCure}</span>
      {failure !== null && <span className="quiet mono wrap-anywhere">{failure}</span>}
    </div>
  );
}

function Actions({
  integration,
  canConnect,
  onConnect,
  onDisconnect,
}: ColumnOptions & { integration: Integration }) {
  const { integrations: text } = useMessages();
  const forbidden = useForbidden()("integrations.manage");
  const name = integration.account.name || integration.account.id;
  return (
    <div className="row">
      {integration.status === "expired" && canConnect(integration.provider) && (
        <Button
          aria-label={text.againNamed(name)}
          disabledReason={forbidden}
          onClick={() => onConnect(integration.provider)}
        >
          {text.again}
        </Button>
      )}
      <Button
        aria-label={text.disconnectNamed(name)}
        disabledReason={forbidden}
        onClick={() => onDisconnect(integration)}
      >
        {text.disconnect}
      </Button>
    </div>
  );
}
