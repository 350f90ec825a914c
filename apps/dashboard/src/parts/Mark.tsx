/** The headframe over a shaft: our sign. */
export function Mark(props: { readonly size?: number }) {
  return (
    <svg
      width={props.size ?? 28}
      height={props.size ?? 28}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      stroke-width="2.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <circle cx="16" cy="9" r="4" />
      <path d="M13.4 12.2 8 26M18.6 12.2 24 26M11 19h10M6 26h20" />
    </svg>
  )
}
