import { useQuery } from "@tanstack/react-query";
import type { ScimDirectory } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { directoryQuery } from "./queries.ts";

/** What the directory brought so far: how many, which groups with what they give, and whom it wrote last. */
export function DirectoryPanel() {
  const { scim: text } = useMessages();
  const { tenant } = useHere();
  const directory = useQuery(directoryQuery(tenant.id));
  const found = directory.data;
  const isBlank = found?.userCount === 0 && found.groupCount === 0;
  return (
    <Panel title={text.brought}>
      {directory.isError && <ProblemNote error={directory.error} onRetry={() => directory.refetch()} />}
      {directory.isLoading && <Bone width="160px" />}
      {isBlank && <Blank title={text.nothing.title}>{text.nothing.body}</Blank>}
      {found && !isBlank && <Brought directory={found} />}
    </Panel>
  );
}

function Brought({ directory }: { directory: ScimDirectory }) {
  const { scim: text } = useMessages();
  return (
    <div className="stack">
      <p className="number">
        {text.counts(directory.userCount, directory.activeCount, directory.groupCount)}
      </p>
      <h3>{text.groups}</h3>
      <p className="quiet">{text.rolesHint}</p>
      <DataTable
        caption={text.groups}
        columns={useGroupColumns()}
        rows={directory.groups}
        rowKey={({ id }) => id}
        blank={<p className="quiet">{text.noGroups}</p>}
      />
      <h3>{text.lastChanged}</h3>
      <DataTable
        caption={text.lastChanged}
        columns={useUserColumns()}
        rows={directory.lastChanged}
        rowKey={({ id }) => id}
        blank={null}
      />
    </div>
  );
}

function useGroupColumns(): Column<ScimDirectory["groups"][number]>[] {
  const { scim: text, access } = useMessages();
  return [
    {
      key: "name",
      header: text.group,
      cell: ({ name }) => <span className="identity identity-wide">{name}</span>,
    },
    {
      key: "roles",
      header: text.roles,
      cell: ({ roles }) =>
        roles.length === 0 ? (
          <span className="quiet">{text.noRoles}</span>
        ) : (
          roles.map((key) => access.roleNames[key] ?? key).join(", ")
        ),
    },
    {
      key: "changed",
      header: text.changed,
      isSecondary: true,
      cell: ({ updatedAt }) => <Time at={updatedAt} />,
    },
    { key: "users", header: text.users, isNumber: true, cell: ({ userCount }) => userCount },
  ];
}

function useUserColumns(): Column<ScimDirectory["lastChanged"][number]>[] {
  const { scim: text, general } = useMessages();
  return [
    {
      key: "user",
      header: text.user,
      cell: ({ userName }) => <span className="identity identity-wide">{userName}</span>,
    },
    {
      key: "status",
      header: general.status,
      cell: ({ isActive }) => (
        <Mark tone={isActive ? "ok" : "quiet"}>{isActive ? text.active : text.inactive}</Mark>
      ),
    },
    {
      key: "groups",
      header: text.groups,
      isSecondary: true,
      cell: ({ groups }) => groups.join(", ") || <span className="quiet">{general.none}</span>,
    },
    { key: "changed", header: text.changed, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  ];
}
