import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ServiceAccount } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { ActionMenu } from "../../ui/ActionMenu.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { IconButton } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { AccountRolesDialog, CreateAccountButton, RemoveAccountDialog } from "./AccountDialogs.tsx";
import { accountsQuery, changeAccount, programTouches } from "./queries.ts";

type Act = "roles" | "remove";

/** Programs with roles of their own. */
export function AccountsTab() {
  const { programs: text } = useMessages();
  const { tenant } = useHere();
  const accounts = useQuery(accountsQuery(tenant.id));
  const [acting, setActing] = useState<{ act: Act; account: ServiceAccount }>();
  const chosen = (act: Act) => (acting?.act === act ? acting.account : undefined);
  const close = () => setActing(undefined);
  return (
    <>
      <DataTable
        caption={text.tabs.accounts}
        columns={useAccountColumns((act, account) => setActing({ act, account }))}
        rows={accounts.data?.items}
        rowKey={(account) => account.id}
        problem={
          accounts.isError && <ProblemNote error={accounts.error} onRetry={() => accounts.refetch()} />
        }
        blank={
          <Blank title={text.noAccounts.title} action={<CreateAccountButton />}>
            {text.noAccounts.body}
          </Blank>
        }
      />
      <AccountRolesDialog account={chosen("roles")} onClose={close} />
      <RemoveAccountDialog account={chosen("remove")} onClose={close} />
    </>
  );
}

function useAccountColumns(onAct: (act: Act, account: ServiceAccount) => void): Column<ServiceAccount>[] {
  const { programs: text, general, access } = useMessages();
  return [
    {
      key: "name",
      header: text.name,
      cell: ({ name }) => <span className="identity identity-wide">{name}</span>,
    },
    {
      key: "status",
      header: general.status,
      cell: ({ status }) => <Mark tone={status === "active" ? "ok" : "quiet"}>{text.statuses[status]}</Mark>,
    },
    {
      key: "roles",
      header: text.roles,
      cell: ({ roles }) => roles.map((key) => access.roleNames[key] ?? key).join(", "),
    },
    {
      key: "created",
      header: general.created,
      isSecondary: true,
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
    {
      key: "act",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (account) => <AccountMenu account={account} onAct={(act) => onAct(act, account)} />,
    },
  ];
}

function AccountMenu({ account, onAct }: { account: ServiceAccount; onAct: (act: Act) => void }) {
  const { programs: text } = useMessages();
  const { tenant } = useHere();
  const disabledReason = useForbidden()("service_accounts.manage");
  const toast = useToast();
  const { name } = account;
  const isActive = account.status === "active";
  const setStatus = useAction({
    run: (status: "active" | "disabled") => changeAccount(tenant.id, account.id, { status }),
    touches: programTouches(tenant.id),
    onDone: (_, status) => toast(status === "active" ? text.enabled(name) : text.disabled(name)),
  });
  return (
    <>
      {setStatus.isError && <ProblemNote error={setStatus.error} />}
      <ActionMenu
        label={text.actionsOf(name)}
        trigger={<IconButton icon="more" label={text.actionsOf(name)} />}
        groups={[
          {
            actions: [
              { label: text.editRoles, onSelect: () => onAct("roles"), disabledReason },
              {
                label: isActive ? text.disable : text.enable,
                onSelect: () => setStatus.mutate(isActive ? "disabled" : "active"),
                disabledReason,
              },
            ],
          },
          {
            actions: [
              { label: text.remove, isDanger: true, onSelect: () => onAct("remove"), disabledReason },
            ],
          },
        ]}
      />
    </>
  );
}
