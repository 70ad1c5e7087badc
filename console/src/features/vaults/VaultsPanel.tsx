import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import type { VaultOverview } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { deleteVault, holdersQuery, vaultRecoveryQuery, vaultsQuery } from "./queries.ts";

/** The end-to-end encrypted vaults of a tenant: who opens them and how large they are. The server knows no more. */
export function VaultsPanel() {
  const { vaults: text } = useMessages();
  const { tenant } = useHere();
  const vaults = useQuery(vaultsQuery(tenant.id));
  const [leaving, setLeaving] = useState<VaultOverview>();
  return (
    <Panel
      title={text.title}
      actions={
        <ApiAndCli
          calls={{
            cli: manage(`vault list ${tenant.slug}`),
            api: curl("GET", `/v1/tenants/${tenant.id}/vault-overviews`),
          }}
        />
      }
    >
      <p className="quiet prose">{text.intro}</p>
      <DataTable
        caption={text.title}
        columns={useVaultColumns(setLeaving)}
        rows={vaults.data?.items}
        rowKey={({ id }) => id}
        problem={vaults.isError && <ProblemNote error={vaults.error} onRetry={() => vaults.refetch()} />}
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
      {(vaults.data?.items.length ?? 0) > 0 && <Recovery />}
      <DeleteDialog vault={leaving} onClose={() => setLeaving(undefined)} />
    </Panel>
  );
}

function useVaultColumns(onDelete: (vault: VaultOverview) => void): Column<VaultOverview>[] {
  const { vaults: text, general } = useMessages();
  const formats = useFormats();
  const forbidden = useForbidden();
  const nameOf = useHolderNames();
  return [
    { key: "name", header: text.name, cell: ({ name }) => <span className="identity">{name}</span> },
    {
      key: "holders",
      header: text.holders,
      cell: ({ holders }) => {
        const known = holders.flatMap((key) => nameOf.get(key) ?? []);
        return known.length === holders.length ? known.join(", ") : formats.number(holders.length);
      },
    },
    {
      key: "items",
      header: text.values,
      isNumber: true,
      cell: ({ items, sealedBytes }) => (
        <span title={formats.bytes(sealedBytes)}>{formats.number(items)}</span>
      ),
    },
    {
      key: "state",
      header: general.status,
      cell: ({ staleItems }) =>
        staleItems === 0 ? (
          <Mark tone="ok">{text.sealed}</Mark>
        ) : (
          <Mark tone="busy" title={text.staleMeaning}>
            {text.stale(staleItems)}
          </Mark>
        ),
    },
    {
      key: "updated",
      header: text.changed,
      isSecondary: true,
      cell: ({ updatedAt }) => <Time at={updatedAt} />,
    },
    {
      key: "act",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (vault) => (
        <Button
          look="bare"
          aria-label={text.deleteNamed(vault.name)}
          disabledReason={forbidden("vaults.manage")}
          onClick={() => onDelete(vault)}
        >
          {text.delete}
        </Button>
      ),
    },
  ];
}

/** By key; empty for one who uses no vaults, and sees how many hold one. */
function useHolderNames(): ReadonlyMap<string, string> {
  const { tenant, permissions } = useHere();
  const holders = useQuery({ ...holdersQuery(tenant.id), enabled: permissions.has("vaults.use") });
  return new Map(holders.data?.items.map(({ keyId, name, email }) => [keyId, name || email]));
}

/** How vaults come back whose holders lost their keys. */
function Recovery() {
  const { vaults: text } = useMessages();
  const { tenant, permissions } = useHere();
  const recovery = useQuery({ ...vaultRecoveryQuery(tenant.id), enabled: permissions.has("vaults.use") });
  if (!permissions.has("vaults.use") || recovery.isPending) return null;
  if (isApiError(recovery.error, "vault_recovery.none")) return <p className="prose">{text.noRecovery}</p>;
  if (recovery.isError) return <ProblemNote error={recovery.error} />;
  const { needed, shares, requests } = recovery.data;
  const waiting = requests.filter(({ isApproved }) => !isApproved);
  return (
    <div className="stack">
      <p className="prose">{text.recovery(needed, Object.keys(shares).length)}</p>
      {waiting.map(({ id, email, approvedBy, expiresAt }) => (
        <p key={id} className="prose">
          {text.asks(email, approvedBy.length, needed)} <Time at={expiresAt} />
        </p>
      ))}
    </div>
  );
}

function DeleteDialog({ vault, onClose }: { vault: VaultOverview | undefined; onClose: () => void }) {
  const { vaults: text } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const remove = useAction({
    run: (id: string) => deleteVault(tenant.id, id),
    touches: [`/v1/tenants/${tenant.id}/vault-overviews`],
    onDone: () => {
      toast(text.deleted(vault?.name ?? ""));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={text.deleteTitle(vault?.name ?? "")}
      isOpen={vault !== undefined}
      onClose={onClose}
      effect={text.deleteEffect(vault?.items ?? 0)}
      verb={text.delete}
      action={remove}
      onConfirm={() => {
        if (vault) remove.mutate(vault.id);
      }}
    />
  );
}
