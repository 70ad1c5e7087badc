import type { RoleList } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CheckField, CheckGroup } from "../../ui/fields.tsx";

interface RoleFieldsProps {
  readonly roles: RoleList["items"];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: string[]) => void;
  readonly error?: string | undefined;
}

/** The tenant's roles as boxes, each with what it permits. */
export function RoleFields({ roles, chosen, onChange, error }: RoleFieldsProps) {
  const { access } = useMessages();
  return (
    <CheckGroup label={access.roles} error={error}>
      {roles.map((role) => (
        <CheckField
          key={role.key}
          label={access.roleNames[role.key] ?? role.name}
          hint={access.roleMeanings[role.key] ?? role.description}
          isChecked={chosen.includes(role.key)}
          onChange={(isChecked) =>
            onChange(isChecked ? [...chosen, role.key] : chosen.filter((key) => key !== role.key))
          }
        />
      ))}
    </CheckGroup>
  );
}
