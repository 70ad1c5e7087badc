import { Menu } from "@mantine/core";
import { Fragment, type ReactElement } from "react";
import { Icon } from "./Icon.tsx";

export interface MenuAction {
  readonly label: string;
  readonly onSelect: () => void;
  readonly isDanger?: boolean;
  readonly isChosen?: boolean;
  readonly disabledReason?: string | null | false;
}

export interface MenuGroup {
  readonly title?: string;
  readonly actions: readonly MenuAction[];
}

export function ActionMenu({ trigger, groups }: { trigger: ReactElement; groups: readonly MenuGroup[] }) {
  return (
    <Menu
      position="bottom-end"
      transitionProps={{ duration: 0 }}
      classNames={{ dropdown: "menu", item: "menu-item", label: "menu-title", divider: "menu-divider" }}
    >
      <Menu.Target>{trigger}</Menu.Target>
      <Menu.Dropdown>
        {groups.map((group, index) => (
          <Fragment key={group.title ?? group.actions[0]?.label}>
            {index > 0 && <Menu.Divider />}
            {group.title && <Menu.Label>{group.title}</Menu.Label>}
            {group.actions.map((action) => (
              <MenuEntry key={action.label} action={action} />
            ))}
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function MenuEntry({ action }: { action: MenuAction }) {
  const isOff = Boolean(action.disabledReason);
  if (action.isChosen !== undefined) {
    return (
      <Menu.RadioItem
        value={action.label}
        checked={action.isChosen}
        onChange={action.onSelect}
        checkIcon={<Icon name="check" size={14} />}
        closeMenuOnClick
      >
        {action.label}
      </Menu.RadioItem>
    );
  }
  return (
    <Menu.Item
      aria-disabled={isOff || undefined}
      data-danger={action.isDanger || undefined}
      closeMenuOnClick={!isOff}
      onClick={isOff ? undefined : action.onSelect}
    >
      {action.label}
      {action.disabledReason && <span className="menu-reason">{action.disabledReason}</span>}
    </Menu.Item>
  );
}
