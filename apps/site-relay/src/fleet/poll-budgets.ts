import { createTurnQueue, type TurnQueue } from './turn-queue.ts'
import { at, type Turns } from './turns.ts'

/**
 * How many polls may run at once in each subnet and in each family of miners. Whoever is due and finds a budget spent
 * waits at that budget, out of everybody else's way.
 */
export interface PollBudgets {
  /** Takes a place for a poll of this row; false when the row waits at a budget now. */
  readonly take: (row: number) => boolean
  /** Its poll ended. */
  readonly release: (row: number) => void
  /** Takes a row out of the line that it waits in, if it does; a place that it was called for goes to the next. */
  readonly leave: (row: number) => void
}

export interface PollBudgetsDeps {
  readonly turns: Turns
  readonly most: { readonly ofSubnet: number; readonly ofFamily: (family: number) => number }
  /** This row may try again. */
  readonly wake: (row: number) => void
}

interface Budget {
  readonly most: number
  running: number
  readonly line: TurnQueue
}

export function createPollBudgets({ turns, most, wake }: PollBudgetsDeps): PollBudgets {
  const subnets = new Map<number, Budget>()
  const families = new Map<number, Budget>()
  /** Which budgets a running poll holds: a miner may get another address meanwhile. */
  const held = new Map<number, readonly Budget[]>()

  const open = (limit: number): Budget => ({ most: limit, running: 0, line: createTurnQueue(turns) })
  const budgetsOf = (row: number): readonly [Budget, Budget] => [
    opened(subnets, at(turns.subnet, row), () => open(most.ofSubnet)),
    opened(families, at(turns.family, row), () => open(most.ofFamily(at(turns.family, row)))),
  ]

  /** Lets the first of those that wait here try. */
  function call(budget: Budget): void {
    const first = budget.line.first()
    if (first === -1 || budget.running >= budget.most) return
    budget.line.remove(first)
    wake(first)
  }

  return {
    take: row => {
      const budgets = budgetsOf(row)
      const spent = budgets.find(budget => budget.running >= budget.most)
      if (!spent) {
        for (const budget of budgets) budget.running += 1
        held.set(row, budgets)
        return true
      }
      spent.line.push(row)
      // It may have been called here for a place that it cannot use: the next one may.
      for (const budget of budgets) call(budget)
      return false
    },
    release: row => {
      const budgets = held.get(row) ?? []
      held.delete(row)
      for (const budget of budgets) {
        budget.running -= 1
        call(budget)
      }
    },
    leave: row => {
      for (const budget of budgetsOf(row)) {
        budget.line.remove(row)
        call(budget)
      }
    },
  }
}

function opened(budgets: Map<number, Budget>, key: number, open: () => Budget): Budget {
  const found = budgets.get(key) ?? open()
  budgets.set(key, found)
  return found
}
