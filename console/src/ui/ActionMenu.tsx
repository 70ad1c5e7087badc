import { Popover } from "@mantine/core";
import {
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { Icon } from "./Icon.tsx";
import { nextMenuIndex } from "./menu-keys.ts";

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

interface TriggerProps {
  readonly onClick?: () => void;
  readonly "aria-haspopup"?: "menu";
  readonly "aria-expanded"?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

interface ActionMenuProps {
  readonly trigger: ReactElement<TriggerProps>;
  readonly label: string;
  readonly groups: readonly MenuGroup[];
}

/**
 * Our own items in Mantine's popover: its menu skips disabled items, so that the keyboard never learns the reason.
 */
export function ActionMenu({ trigger, label, groups }: ActionMenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setIsOpen(false);
    button.current?.focus();
  };
  return (
    <Popover
      opened={isOpen}
      onChange={setIsOpen}
      position="bottom-end"
      withinPortal={false}
      withRoles={false}
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <span className="menu-anchor">
          {cloneElement(trigger, {
            ref: button,
            "aria-haspopup": "menu",
            "aria-expanded": isOpen,
            onClick: () => setIsOpen(!isOpen),
          })}
        </span>
      </Popover.Target>
      <Popover.Dropdown className="menu">
        <MenuItems label={label} groups={groups} onClose={close} />
      </Popover.Dropdown>
    </Popover>
  );
}

interface MenuItemsProps {
  readonly label: string;
  readonly groups: readonly MenuGroup[];
  readonly onClose: () => void;
}

function MenuItems({ label, groups, onClose }: MenuItemsProps) {
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>("[data-item]") ?? [])];
  useEffect(() => {
    // The popover is placed first: an earlier focus would scroll the page to where it was made.
    const frame = requestAnimationFrame(() =>
      menu.current?.querySelector<HTMLElement>("[data-item]")?.focus({ preventScroll: true }),
    );
    return () => cancelAnimationFrame(frame);
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      onClose();
      return;
    }
    const all = items();
    const labels = all.map((item) => item.textContent ?? "");
    const next = nextMenuIndex(event.key, all.indexOf(document.activeElement as HTMLElement), labels);
    if (next === null) return;
    event.preventDefault();
    all[next]?.focus();
  }

  return (
    <div ref={menu} role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {groups.map((group, index) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a menu
        <div
          key={group.actions[0]?.label}
          role="group"
          className="menu-group"
          aria-labelledby={group.title && `${id}-${index}`}
        >
          {group.title && (
            <div id={`${id}-${index}`} className="menu-title" role="presentation">
              {group.title}
            </div>
          )}
          {group.actions.map((action) => (
            <MenuItem key={action.label} action={action} onClose={onClose} />
          ))}
        </div>
      ))}
    </div>
  );
}

function MenuItem({ action, onClose }: { action: MenuAction; onClose: () => void }) {
  const isOff = Boolean(action.disabledReason);
  return (
    <button
      type="button"
      className="menu-item"
      tabIndex={-1}
      data-item
      data-danger={action.isDanger || undefined}
      aria-disabled={isOff || undefined}
      {...(action.isChosen === undefined
        ? { role: "menuitem" }
        : { role: "menuitemradio", "aria-checked": action.isChosen })}
      onClick={() => {
        if (isOff) return;
        onClose();
        action.onSelect();
      }}
    >
      <span>
        {action.label}
        {action.disabledReason && <span className="menu-reason">{action.disabledReason}</span>}
      </span>
      {action.isChosen && <Icon name="check" size={14} />}
    </button>
  );
}
