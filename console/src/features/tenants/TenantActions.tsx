import { useNavigate } from "@tanstack/react-router";
import type { Tenant } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { describeProblem } from "../../shell/describe-problem.ts";
import { ActionMenu } from "../../ui/ActionMenu.tsx";
import { Button, IconButton } from "../../ui/Button.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";
import { isAllowed, type TenantAct } from "./allowed-acts.ts";
import { restoreTenant, resumeTenant, tenantTouches } from "./queries.ts";

const permissions: Readonly<Record<TenantAct, string>> = {
  suspend: "tenants.suspend",
  resume: "tenants.suspend",
  remove: "tenants.delete",
  restore: "tenants.delete",
  change: "tenants.update",
};

export function TenantActions({ tenant }: { tenant: Tenant }) {
  const messages = useMessages();
  const { acts, statuses } = messages.tenants;
  const navigate = useNavigate();
  const toast = useToast();
  const forbidden = useForbiddenToStaff();
  const failed = (error: Error) => toast(describeProblem(error, messages).title, "danger");
  const resume = useAction({
    run: (_: undefined, key) => resumeTenant(tenant.id, key),
    touches: tenantTouches,
    onDone: () => toast(acts.resumed(tenant.name)),
  });
  const restore = useAction({
    run: (_: undefined, key) => restoreTenant(tenant.id, key),
    touches: tenantTouches,
    onDone: () => toast(acts.restored(tenant.name)),
  });
  const reasonAgainst = (act: TenantAct) =>
    forbidden(permissions[act]) || (!isAllowed(act, tenant) && acts.notWhile(statuses[tenant.status]));
  const open = (act: "suspend" | "delete") =>
    navigate({ to: ".", search: (search: Record<string, unknown>) => ({ ...search, act }) });

  const first =
    tenant.status === "deleting" ? (
      <Button
        look="primary"
        isBusy={restore.isPending}
        disabledReason={reasonAgainst("restore")}
        onClick={() => restore.mutate(undefined, { onError: failed })}
      >
        {acts.restore}
      </Button>
    ) : tenant.status === "suspended" ? (
      <Button
        look="primary"
        isBusy={resume.isPending}
        disabledReason={reasonAgainst("resume")}
        onClick={() => resume.mutate(undefined, { onError: failed })}
      >
        {acts.resume}
      </Button>
    ) : (
      <Button disabledReason={reasonAgainst("suspend")} onClick={() => open("suspend")}>
        {acts.suspend}
      </Button>
    );
  return (
    <>
      {first}
      <ActionMenu
        label={messages.general.actions}
        trigger={<IconButton icon="more" label={messages.general.actions} />}
        groups={[
          {
            actions: [
              {
                label: acts.remove,
                isDanger: true,
                disabledReason: reasonAgainst("remove"),
                onSelect: () => open("delete"),
              },
            ],
          },
        ]}
      />
    </>
  );
}
