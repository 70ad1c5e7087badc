import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Hint } from "./Hint.tsx";
import { Icon, type IconName } from "./Icon.tsx";

export type ButtonLook = "plain" | "primary" | "danger" | "bare";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  readonly look?: ButtonLook;
  readonly icon?: IconName;
  /** A disabled button says why, so a reason is the only way to disable one. */
  readonly disabledReason?: string | null | false;
  readonly isBusy?: boolean;
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({
  look = "plain",
  icon,
  disabledReason,
  isBusy = false,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const isOff = Boolean(disabledReason) || isBusy;
  const button = (
    <button
      {...rest}
      type={type}
      className={`button button-${look}`}
      // Not `disabled`: it would take the button, and so the reason, away from the keyboard.
      aria-disabled={isOff || undefined}
      aria-busy={isBusy || undefined}
      onClick={(event) => {
        if (isOff) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
  return disabledReason ? <Hint text={disabledReason}>{button}</Hint> : button;
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "look" | "isBusy"> {
  readonly icon: IconName;
  readonly label: string;
}

export function IconButton({ icon, label, disabledReason, onClick, ...rest }: IconButtonProps) {
  return (
    <Hint text={disabledReason || label}>
      <button
        {...rest}
        type="button"
        className="button button-icon"
        aria-label={label}
        aria-disabled={Boolean(disabledReason) || undefined}
        onClick={(event) => {
          if (disabledReason) event.preventDefault();
          else onClick?.(event);
        }}
      >
        <Icon name={icon} />
      </button>
    </Hint>
  );
}
