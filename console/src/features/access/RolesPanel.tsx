import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Role } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { NewRoleDialog } from "./NewRoleDialog.tsx";
import { removeRole, rolesQuery, roleTouches } from "./queries.ts";

/** The roles of a tenant: what each permits, as a number, as a list and as the policy that is in force. */
export function RolesPanel() {
  const { access: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const roles = useQuery(rolesQuery(tenant.id));
  const [shown, setShown] = useState<Role>();
  const [isMaking, setIsMaking] = useState(false);
  return (
    <Panel
      title={text.roles}
      actions={
        <div className="row">
          <ApiAndCli calls={{ api: curl("GET", `/v1/tenants/${tenant.id}/roles`) }} />
          <Button disabledReason={forbidden("roles.manage")} onClick={() => setIsMaking(true)}>
            {text.newRole}
          </Button>
        </div>
      }
    >
      <DataTable
        caption={text.roles}
        columns={useRoleColumns(setShown)}
        rows={roles.data?.items}
        rowKey={(role) => role.key}
        problem={roles.isError && <ProblemNote error={roles.error} onRetry={() => roles.refetch()} />}
        blank={null}
      />
      <RoleDialog role={shown} onClose={() => setShown(undefined)} />
      <NewRoleDialog isOpen={isMaking} onClose={() => setIsMaking(false)} />
    </Panel>
  );
}

function useRoleColumns(onShow: (role: Role) => void): Column<Role>[] {
  const { access: text, general } = useMessages();
  return [
    {
      key: "name",
      header: text.role,
      cell: (role) => (
        <div className="stack-tight">
          <span className="identity identity-wide">{text.roleNames[role.key] ?? role.name}</span>
          <span className="mono quiet">{role.key}</span>
        </div>
      ),
    },
    {
      key: "meaning",
      header: text.meaning,
      isSecondary: true,
      cell: (role) => <span className="quiet">{text.roleMeanings[role.key] ?? role.description}</span>,
    },
    { key: "kind", header: text.kind, cell: ({ isBuiltIn }) => (isBuiltIn ? text.builtIn : text.own) },
    { key: "count", header: text.permissions, isNumber: true, cell: (role) => permissionsOf(role).length },
    {
      key: "show",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (role) => (
        <Button look="bare" aria-label={text.showNamed(role.key)} onClick={() => onShow(role)}>
          {text.show}
        </Button>
      ),
    },
  ];
}

function RoleDialog({ role, onClose }: { role: Role | undefined; onClose: () => void }) {
  const { access: text, general } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const toast = useToast();
  const remove = useAction({
    run: (key: string) => removeRole(tenant.id, key),
    touches: roleTouches(tenant.id),
    onDone: (_, key) => {
      toast(text.removed(key));
      onClose();
    },
  });
  return (
    <Dialog
      title={role ? (text.roleNames[role.key] ?? role.name) : ""}
      isOpen={role !== undefined}
      onClose={onClose}
      closeLabel={general.close}
      width={640}
    >
      {role && (
        <>
          <ul className="words mono" aria-label={text.permissions}>
            {permissionsOf(role).map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
          <p className="quiet">{text.asPolicy}</p>
          <CodeBlock code={role.policy} label={text.policy} />
          {remove.isError && <ProblemNote error={remove.error} />}
          <DialogActions>
            {!role.isBuiltIn && (
              <Button
                look="danger"
                isBusy={remove.isPending}
                disabledReason={forbidden("roles.manage")}
                onClick={() => remove.mutate(role.key)}
              >
                {text.remove}
              </Button>
            )}
            <Button onClick={onClose}>{general.close}</Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}

export function permissionsOf({ grants }: Pick<Role, "grants">): string[] {
  return [...new Set(grants.flatMap(({ permissions }) => permissions))].sort();
}
