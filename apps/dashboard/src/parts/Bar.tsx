import styles from './Bar.module.css'

/** How much of what was expected; empty when either is unknown. The number stands beside it. */
export function Bar(props: { readonly value: number | null; readonly of: number | null }) {
  const share = () =>
    props.value === null || props.of === null || props.of <= 0 ? 0 : Math.min(1, props.value / props.of)
  const percent = () =>
    props.value === null || !props.of
      ? 'expected hashrate not known'
      : `${Math.round((100 * props.value) / props.of)} % of expected`
  return (
    <span class={styles.bar} title={percent()}>
      <span
        class={styles.fill}
        data-low={share() < 0.8 ? '' : undefined}
        style={{ transform: `scaleX(${share().toFixed(3)})` }}
      />
    </span>
  )
}
