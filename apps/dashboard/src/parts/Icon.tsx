const paths = {
  overview: 'M3 13.5 8 8l4 3.5L21 3M3 20.5h18',
  miners: 'M3 4.5h18v6H3zM3 13.5h18v6H3zM7 7.5h.01M7 16.5h.01M11 7.5h6M11 16.5h6',
  stratum: 'M4 7h13M14 4l3 3-3 3M20 17H7M10 14l-3 3 3 3',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 4.5v5h4v-5zM7 14.5v5h4v-5z',
  close: 'M6 6l12 12M18 6 6 18',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6',
  down: 'M6 9.5l6 6 6-6',
  up: 'M6 14.5l6-6 6 6',
  right: 'M9.5 6l6 6-6 6',
  back: 'M14.5 6l-6 6 6 6',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.5v15l12-7.5z',
  help: 'M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5h.01',
  light: 'M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9c.6.5 1 1.1 1 1.9V16h5v-.2c0-.8.4-1.4 1-1.9A6 6 0 0 0 12 3z',
  restart: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v4.5h-4.5',
  copy: 'M8 8h12v12H8zM4 16V4h12',
  check: 'M5 12.5l5 5L19.5 7',
  link: 'M5 12a7 7 0 0 1 14 0M8.5 14a4 4 0 0 1 7 0M12 18h.01',
  plus: 'M12 5v14M5 12h14',
} as const

export type IconName = keyof typeof paths

/** A line icon in the colour of the text around it. Says nothing to a screen reader: the word beside it does. */
export function Icon(props: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={props.size ?? 16}
      height={props.size ?? 16}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[props.name]} />
    </svg>
  )
}
