import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { TenantKey } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Expiry } from "../../ui/Expiry.tsx";
import { Time } from "../../ui/Time.tsx";
import { CreateKeyButton } from "./CreateKeyButton.tsx";
import { accountsQuery, tenantApiKeysQuery } from "./queries.ts";
import { RevokeKeyDialog } from "./RevokeKeyDialog.tsx";
import { RotateDialog } from "./RotateDialog.tsx";

type Act = "rotate" | "revoke";

/** The tenant's API keys: what each may, when it was used, and its end. */
export function KeysTab() {
  const { programs: text } = useMessages();
  const { tenant } = useHere();
  const keys = useQuery(tenantApiKeysQuery(tenant.id));
  const [acting, setActing] = useState<{ act: Act; apiKey: TenantKey }>();
  const chosen = (act: Act) => (acting?.act === act ? acting.apiKey : undefined);
  const close = () => setActing(undefined);
  return (
    <>
      <DataTable
        caption={text.tabs.keys}
        columns={useKeyColumns((act, apiKey) => setActing({ act, apiKey }))}
        rows={keys.data?.items}
        rowKey={(key) => key.id}
        problem={keys.isError && <ProblemNote error={keys.error} onRetry={() => keys.refetch()} />}
        blank={
          <Blank title={text.noKeys.title} action={<CreateKeyButton />}>
            {text.noKeys.body}
          </Blank>
        }
      />
      <RotateDialog apiKey={chosen("rotate")} onClose={close} />
      <RevokeKeyDialog apiKey={chosen("revoke")} onClose={close} />
    </>
  );
}

function useKeyColumns(onAct: (act: Act, apiKey: TenantKey) => void): Column<TenantKey>[] {
  const { programs: text, general } = useMessages();
  const { tenant, permissions } = useHere();
  const forbidden = useForbidden()("api_keys.manage");
  const accounts = useQuery({
    ...accountsQuery(tenant.id),
    enabled: permissions.has("service_accounts.read"),
  }).data?.items;
  const nameOf = (id: string) => accounts?.find((account) => account.id === id)?.name ?? text.account;
  return [
    {
      key: "name",
      header: text.name,
      cell: ({ name, replaces }) => (
        <div className="stack-tight">
          <span className="identity identity-wide">{name}</span>
          {replaces !== null && <span className="quiet">{text.replaces}</span>}
        </div>
      ),
    },
    { key: "prefix", header: text.prefix, cell: (key) => <span className="mono nowrap">{key.prefix}…</span> },
    {
      key: "by",
      header: text.by,
      isSecondary: true,
      cell: ({ serviceAccountId, scopes }) =>
        serviceAccountId === null ? (
          <span title={scopes?.join(", ")}>{text.bounded(scopes?.length ?? 0)}</span>
        ) : (
          nameOf(serviceAccountId)
        ),
    },
    {
      key: "used",
      header: text.lastUsed,
      isSecondary: true,
      cell: ({ lastUsedAt }) =>
        lastUsedAt ? <Time at={lastUsedAt} /> : <span className="quiet">{text.never}</span>,
    },
    { key: "expires", header: text.expires, isSecondary: true, cell: (key) => <Expiry at={key.expiresAt} /> },
    {
      key: "act",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (key) => (
        <div className="row">
          <Button
            look="bare"
            aria-label={text.rotateNamed(key.name)}
            disabledReason={forbidden}
            onClick={() => onAct("rotate", key)}
          >
            {text.rotate}
          </Button>
          <Button
            look="bare"
            aria-label={text.revokeNamed(key.name)}
            disabledReason={forbidden}
            onClick={() => onAct("revoke", key)}
          >
            {text.revoke}
          </Button>
        </div>
      ),
    },
  ];
}
