import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Member } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { Paging } from "../../shell/Paging.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { ActionMenu } from "../../ui/ActionMenu.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button, IconButton } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { rolesQuery } from "../access/queries.ts";
import { meQuery } from "../account/queries.ts";
import { EndAllDialog } from "../people/EndAllDialog.tsx";
import { EditRolesDialog } from "./EditRolesDialog.tsx";
import { InviteButton } from "./InviteButton.tsx";
import {
  type MembersSearch,
  membersQuery,
  memberTouches,
  parseMembersSearch,
  updateMember,
} from "./queries.ts";
import { RemoveDialog } from "./RemoveDialog.tsx";

const tones: Readonly<Record<Member["status"], Tone>> = {
  active: "ok",
  suspended: "warn",
  disabled: "quiet",
};

/** Who works in the tenant, and as what. */
export function MembersTab() {
  const { members: text, general } = useMessages();
  const { tenant } = useHere();
  const navigate = useNavigate();
  const search = parseMembersSearch(useSearch({ strict: false }));
  const members = useQuery(membersQuery(tenant.id, search));
  const show = (next: MembersSearch) => navigate({ to: ".", search: next, replace: true });
  const forbidden = useForbidden();
  const { edit, act, ...list } = search;
  const chosen = members.data?.items.find(({ userId }) => userId === edit);
  const close = () => show(list);
  return (
    <>
      <search className="filters">
        <SearchField
          label={text.search}
          placeholder={text.searchPlaceholder}
          value={search.q ?? ""}
          onChange={(q) => show({ role: search.role, q: q || undefined })}
        />
        <RoleFilter role={search.role} onChange={(role) => show({ q: search.q, role })} />
        {(search.q || search.role) && (
          <Button look="bare" onClick={() => show({})}>
            {general.clearFilters}
          </Button>
        )}
      </search>
      <DataTable
        caption={text.title}
        columns={useMemberColumns((userId, act) => show({ ...list, edit: userId, act }))}
        rows={members.data?.items}
        rowKey={(member) => member.userId}
        isStale={members.isPlaceholderData}
        problem={members.isError && <ProblemNote error={members.error} onRetry={() => members.refetch()} />}
        blank={
          search.q || search.role || search.cursor ? (
            <Blank
              title={general.noMatch}
              action={<Button onClick={() => show({})}>{general.clearFilters}</Button>}
            />
          ) : (
            <Blank title={text.none.title} action={<InviteButton />}>
              {text.none.body}
            </Blank>
          )
        }
        footer={
          members.data && (
            <Paging
              shown={members.data.items.length}
              cursor={search.cursor}
              nextCursor={members.data.next}
              onGo={(cursor) => navigate({ to: ".", search: { ...list, cursor } })}
            />
          )
        }
      />
      <EditRolesDialog member={act === "roles" ? chosen : undefined} onClose={close} />
      <RemoveDialog member={act === "remove" ? chosen : undefined} onClose={close} />
      {chosen && (
        <EndAllDialog
          base={`/v1/tenants/${tenant.id}/members/${chosen.userId}`}
          name={chosen.name || chosen.email}
          isOpen={act === "sessions"}
          isWithList
          disabledReason={forbidden("sessions.revoke")}
          onClose={close}
        />
      )}
    </>
  );
}

interface RoleFilterProps {
  readonly role: string | undefined;
  readonly onChange: (role: string | undefined) => void;
}

/** Only for who may see the tenant's roles; one in the address that is gone stays to be seen. */
function RoleFilter({ role, onChange }: RoleFilterProps) {
  const { members: text, access } = useMessages();
  const { tenant, permissions } = useHere();
  const known = useQuery({ ...rolesQuery(tenant.id), enabled: permissions.has("roles.read") }).data?.items;
  if (!known && role === undefined) return null;
  const roles = known ?? [];
  const gone = role === undefined || roles.some(({ key }) => key === role) ? [] : [{ key: role, name: role }];
  return (
    <SelectField
      label={text.role}
      isLabelHidden
      value={role ?? ""}
      onChange={(key) => onChange(key || undefined)}
      choices={[
        { value: "", label: text.anyRole },
        ...[...gone, ...roles].map(({ key, name }) => ({ value: key, label: access.roleNames[key] ?? name })),
      ]}
    />
  );
}

function useMemberColumns(onAct: (userId: string, act: string) => void): Column<Member>[] {
  const { members: text, general, access } = useMessages();
  const { tenant } = useHere();
  const userId = useQuery(meQuery).data?.id;
  const roles = useQuery(rolesQuery(tenant.id)).data?.items ?? [];
  const nameOf = (key: string) =>
    access.roleNames[key] ?? roles.find((role) => role.key === key)?.name ?? key;
  return [
    {
      key: "member",
      header: text.member,
      cell: (member) => (
        <div className="stack-tight">
          <span className="identity identity-wide">
            {member.name || member.email}
            {member.userId === userId && <span className="quiet"> · {text.you}</span>}
          </span>
          {member.name !== "" && <span className="quiet">{member.email}</span>}
        </div>
      ),
    },
    {
      key: "status",
      header: general.status,
      cell: ({ status }) => (
        <Mark tone={tones[status]} title={text.statusMeaning[status]}>
          {text.statuses[status]}
        </Mark>
      ),
    },
    { key: "roles", header: text.roles, cell: (member) => member.roles.map(nameOf).join(", ") },
    {
      key: "joined",
      header: text.joined,
      isSecondary: true,
      cell: (member) => <Time at={member.joinedAt} />,
    },
    {
      key: "actions",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (member) => <MemberMenu member={member} onAct={(act) => onAct(member.userId, act)} />,
    },
  ];
}

function MemberMenu({ member, onAct }: { member: Member; onAct: (act: string) => void }) {
  const { members: text } = useMessages();
  const { tenant } = useHere();
  const forbid = useForbidden();
  const forbidden = forbid("members.manage");
  const { people } = useMessages();
  const toast = useToast();
  const name = member.name || member.email;
  const setStatus = useAction({
    run: (status: "active" | "suspended") => updateMember(tenant.id, member.userId, { status }),
    touches: memberTouches(tenant.id),
    onDone: (_, status) => toast(status === "active" ? text.resumed(name) : text.suspended(name)),
  });
  const isSuspended = member.status === "suspended";
  return (
    <>
      {setStatus.isError && <ProblemNote error={setStatus.error} />}
      <ActionMenu
        label={text.actionsOf(name)}
        trigger={<IconButton icon="more" label={text.actionsOf(name)} />}
        groups={[
          {
            actions: [
              { label: text.editRoles, onSelect: () => onAct("roles"), disabledReason: forbidden },
              {
                label: people.seeSessions,
                onSelect: () => onAct("sessions"),
                disabledReason: forbid("sessions.read"),
              },
              {
                label: isSuspended ? text.resume : text.suspend,
                onSelect: () => setStatus.mutate(isSuspended ? "active" : "suspended"),
                disabledReason: forbidden,
              },
            ],
          },
          {
            actions: [
              {
                label: text.remove,
                isDanger: true,
                onSelect: () => onAct("remove"),
                disabledReason: forbidden,
              },
            ],
          },
        ]}
      />
    </>
  );
}
