"""Compiled: start operations in a given order as early as possible, and search better orders by simulated annealing.

A plan is an order of all operations and a mode for each; `decode` starts them one by one behind the last of their units
(a semi-active plan). Source: simulated annealing for job shops, van Laarhoven, Aarts & Lenstra (1992), Operations
Research 40; moves are taken mostly on a chain of operations that hold each other up to the end of a late job.
"""

from typing import NamedTuple

import numpy as np

from gongfang.engines.compiled import compiled, compiled_inside, compiled_part
from gongfang.engines.scheduling.arrays import NO_DUE, Ints, ShopArrays

IMPOSSIBLE = 1 << 61
RESORT_EVERY = 400  # accepted moves after which the order is put back in order of time


@compiled_part
def next_random(state: Ints) -> int:
    """xorshift64*: 31 random bits; state holds one number that is not 0."""
    x = np.uint64(state[0])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = np.int64(x)
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))  # type: ignore[return-value]  # int() of it would be unsigned


@compiled_part
def copy_into(target: Ints, source: Ints) -> None:
    """One row over another. (A slice assignment takes a second to compile each time it is written.)"""
    for at in range(len(source)):
        target[at] = source[at]


@compiled_inside
def after(values: Ints, first: int, last: int, wanted: int) -> int:
    """The first place in values[first:last], which rise, whose value is over `wanted`."""
    while first < last:
        middle = (first + last) // 2
        if values[middle] > wanted:
            last = middle
        else:
            first = middle + 1
    return first


@compiled_part
def sort_by_start(order: Ints, starts: Ints) -> None:
    """Put an order that nearly is one of time fully in order; equal starts keep theirs. Cost: O(n + inversions)."""
    for place in range(1, len(order)):
        op, at = order[place], place
        while at > 0 and starts[order[at - 1]] > starts[op]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = op


@compiled_inside
def place(a: ShopArrays, calendar: int, earliest: int, duration: int, interruptible: int) -> tuple[int, int]:
    """First [start, end) in open time from `earliest` on; (-1, -1): none."""
    if calendar < 0 or duration == 0:
        return earliest, earliest + duration
    first, count = a.windows_at[calendar], a.windows_at[calendar + 1]
    index = after(a.ends, first, count, earliest)
    while index < count:
        start = max(earliest, a.begins[index])
        if a.ends[index] - start >= duration:
            return start, start + duration
        if interruptible:
            worked = a.worked[index] + start - a.begins[index] + duration
            last = after(a.worked, first, count, worked - 1) - 1
            end = a.begins[last] + worked - a.worked[last]
            if end > a.ends[last]:
                return -1, -1
            return start, end
        index += 1
    return -1, -1


@compiled_inside
def pick_unit(a: ShopArrays, resource: int, family: int, ready: int, free: Ints, families: Ints) -> tuple[int, int]:
    """(unit, moment it is ready): the one that would stand idle least, else the first to be free; set-up counted."""
    best, moment = -1, 0
    table = a.setup_table[resource]
    for unit in range(a.units_at[resource], a.units_at[resource + 1]):
        at = free[unit]
        if table >= 0 and families[unit] >= 0:
            at += a.changes[table, families[unit], family]
        if best < 0 or (moment > ready and at < moment) or (moment <= ready and moment < at <= ready):
            best, moment = unit, at
    return best, moment


@compiled_inside
def takes(a: ShopArrays, op: int, mode: int, resource: int) -> bool:
    """As `Shop.takes`."""
    return bool(a.duration[mode] > 0 or (a.family[op] > 0 and a.setup_table[resource] >= 0))


@compiled_part
def decode(
    a: ShopArrays,
    order: Ints,
    modes: Ints,
    begin: int,
    block: int,
    snapshots: Ints,
    starts: Ints,
    ends: Ints,
    held_by: Ints,
    units: Ints,
) -> bool:
    """Start order[begin:] anew (begin: a multiple of block); False: a pin comes late or open time runs out.

    snapshots[begin // block]: state of all units there (free, family, last operation), written for the later blocks.
    held_by: the operation whose end decided the start (-1 none; -2 - op: it held the unit, not the job).
    """
    count, units_count = len(order), a.units_at[-1]
    free, families, last = (
        np.empty(units_count, np.int64),
        np.empty(units_count, np.int64),
        np.empty(units_count, np.int64),
    )
    for unit in range(units_count):
        free[unit] = snapshots[begin // block, 3 * unit]
        families[unit] = snapshots[begin // block, 3 * unit + 1]
        last[unit] = snapshots[begin // block, 3 * unit + 2]
    for position in range(begin, count):
        if position % block == 0:
            for unit in range(units_count):
                snapshots[position // block, 3 * unit] = free[unit]
                snapshots[position // block, 3 * unit + 1] = families[unit]
                snapshots[position // block, 3 * unit + 2] = last[unit]
        op = order[position]
        mode = modes[op]
        ready, holder = a.release[op], -1
        for at in range(a.preds_at[op], a.preds_at[op + 1]):
            if ends[a.preds[at]] > ready:
                ready, holder = ends[a.preds[at]], a.preds[at]
        job_ready = ready
        for use in range(a.uses_at[mode], a.uses_at[mode + 1]):
            units[use] = a.units_at[a.uses[use]]
            if takes(a, op, mode, a.uses[use]):
                unit, moment = pick_unit(a, a.uses[use], a.family[op], job_ready, free, families)
                units[use] = unit
                if moment > ready:
                    ready, holder = moment, -2 - last[unit]
        if a.pin[op] >= 0:
            if ready > a.pin[op]:
                return False
            ready = a.pin[op]
        start, end = place(a, a.calendar[mode], ready, a.duration[mode], a.interruptible[op])
        if start < 0 or (a.pin[op] >= 0 and start != ready):
            return False
        starts[op], ends[op], held_by[op] = start, end, holder
        for use in range(a.uses_at[mode], a.uses_at[mode + 1]):
            if takes(a, op, mode, a.uses[use]):
                free[units[use]], families[units[use]], last[units[use]] = end, a.family[op], op
    return True


@compiled_part
def goal_value(a: ShopArrays, ends: Ints) -> int:
    """The goal's value, as `Goal.value`."""
    total, largest, any_term = 0, NO_DUE, False
    for term in range(len(a.due)):
        done = NO_DUE
        for at in range(a.terms_at[term], a.terms_at[term + 1]):
            done = max(done, ends[a.term_op[at]] + a.term_tail[at])
        due = a.due[term] if a.due[term] != NO_DUE else 0
        largest, any_term = max(largest, done - due), True
        if a.due[term] == NO_DUE:
            total += a.weight[term] * done
        elif done > due:
            total += a.weight[term] * (done - due)
    if a.largest:
        return largest if any_term else 0
    return total


@compiled_part
def smooth_value(a: ShopArrays, ends: Ints, value: int) -> float:
    """The value to anneal on: largest-of goals get a little of the mean too, so that flat ground has a slope."""
    if not a.largest or len(a.due) == 0:
        return float(value)
    total = 0.0
    for term in range(len(a.due)):
        for at in range(a.terms_at[term], a.terms_at[term + 1]):
            total += max(0, ends[a.term_op[at]] + a.term_tail[at] - max(a.due[term], 0))
    return value + 0.05 * total / len(a.due)


@compiled_part
def pick_critical(a: ShopArrays, ends: Ints, held_by: Ints, random: Ints) -> int:
    """An operation that holds up the end of a job which matters: the latest, or a random one that costs something."""
    chosen, worst, latest = -1, NO_DUE, -1
    tries = len(a.due) if a.largest else 12
    for number in range(tries):
        term = number if a.largest else next_random(random) % len(a.due)
        done, end_op = NO_DUE, -1
        for at in range(a.terms_at[term], a.terms_at[term + 1]):
            if ends[a.term_op[at]] + a.term_tail[at] > done:
                done, end_op = ends[a.term_op[at]] + a.term_tail[at], a.term_op[at]
        late = done if a.due[term] == NO_DUE else done - a.due[term]
        if a.largest:
            if late > worst:
                worst, chosen = late, end_op
        elif late > 0 and a.weight[term] > 0:
            chosen = end_op
            break
        latest = end_op
    if chosen < 0:
        chosen = latest
    length, op = 0, chosen
    while op >= 0:
        length += 1
        op = held_by[op] if held_by[op] >= -1 else -2 - held_by[op]
    steps = next_random(random) % length
    op = chosen
    for _ in range(steps):
        op = held_by[op] if held_by[op] >= -1 else -2 - held_by[op]
    return op


@compiled_part
def move(order: Ints, position: Ints, source: int, target: int) -> None:
    """Take the operation at `source` and put it at `target`; the others close up."""
    op = order[source]
    step = 1 if target > source else -1
    for at in range(source, target, step):
        order[at] = order[at + step]
        position[order[at]] = at
    order[target] = op
    position[op] = target


@compiled_part
def propose(
    a: ShopArrays, order: Ints, position: Ints, modes: Ints, ends: Ints, held_by: Ints, random: Ints
) -> tuple[int, int, int]:
    """(operation, its new place, its new mode): mostly in front of what holds it up, or to another resource."""
    count = len(order)
    critical = len(a.due) > 0 and next_random(random) % 100 < 75
    op = pick_critical(a, ends, held_by, random) if critical else next_random(random) % count
    mode, options = modes[op], a.modes_at[op + 1] - a.modes_at[op]
    low, high = 0, count - 1
    for at in range(a.preds_at[op], a.preds_at[op + 1]):
        low = max(low, position[a.preds[at]] + 1)
    for at in range(a.succs_at[op], a.succs_at[op + 1]):
        high = min(high, position[a.succs[at]] - 1)
    here = position[op]
    target = here
    if options > 1 and next_random(random) % 100 < 40:
        mode = a.modes_at[op] + next_random(random) % options
        if next_random(random) % 2:
            return op, here, mode
    if critical and held_by[op] < -1 and next_random(random) % 100 < 70:
        target = position[-2 - held_by[op]]
    else:
        reach = 1 + next_random(random) % max(2, count // 8)
        target = here - reach if next_random(random) % 3 else here + reach
    return op, min(max(target, low), high), mode


class Timing(NamedTuple):
    """A plan in time: by operation its start, end and what holds it up; by row of `uses` the unit taken."""

    starts: Ints
    ends: Ints
    held_by: Ints
    units: Ints


@compiled_part
def overwrite(target: Timing, source: Timing) -> None:
    """One plan over another."""
    copy_into(target.starts, source.starts)
    copy_into(target.ends, source.ends)
    copy_into(target.held_by, source.held_by)
    copy_into(target.units, source.units)


@compiled_part
def whole(a: ShopArrays, order: Ints, position: Ints, modes: Ints, block: int, snapshots: Ints, plan: Timing) -> int:
    """Start everything anew in the given order, which decodes; the value."""
    for at in range(len(order)):
        position[order[at]] = at
    begin = len(order) - len(order)  # not a literal 0, which would be compiled apart
    decode(a, order, modes, begin, block, snapshots, plan.starts, plan.ends, plan.held_by, plan.units)
    return goal_value(a, plan.ends)


@compiled
def anneal(
    a: ShopArrays, order: Ints, modes: Ints, random: Ints, moves: int, temperature: float, block: int,
    plan: Timing, best_modes: Ints, best_plan: Timing, best: int,
) -> tuple[int, float]:  # fmt: skip
    """Try `moves` changes of a plan that decodes; keep the best seen in best_modes and best_plan.

    Returns the best value and the mean loss of the changes that were worse (for choosing a temperature).
    """
    count = len(order)
    blocks, width = count // block + 1, 3 * a.units_at[-1]
    snapshots, trial = np.full((blocks, width), -1), np.full((blocks, width), -1)
    for unit in range(a.units_at[-1]):
        snapshots[0, 3 * unit] = trial[0, 3 * unit] = 0
    position = np.empty(count, np.int64)
    value = whole(a, order, position, modes, block, snapshots, plan)
    cost = smooth_value(a, plan.ends, value)
    new = Timing(plan.starts.copy(), plan.ends.copy(), plan.held_by.copy(), plan.units.copy())
    accepted, losses, loss = 0, 0, 0.0
    for _ in range(moves):
        op, target, mode = propose(a, order, position, modes, plan.ends, plan.held_by, random)
        source, old_mode = position[op], modes[op]
        if target == source and mode == old_mode:
            continue
        first = min(source, target)
        begin = first - first % block
        move(order, position, source, target)
        modes[op] = mode
        copy_into(trial[begin // block], snapshots[begin // block])
        possible = decode(a, order, modes, begin, block, trial, new.starts, new.ends, new.held_by, new.units)
        new_value = goal_value(a, new.ends) if possible else IMPOSSIBLE
        worse = smooth_value(a, new.ends, new_value) - cost
        if possible and worse > 0:
            losses += 1
            loss += worse
        if possible and (worse <= 0 or next_random(random) / 2147483648.0 < np.exp(-worse / temperature)):
            value, cost = new_value, cost + worse
            for row in range(begin // block, blocks):
                copy_into(snapshots[row], trial[row])
            overwrite(plan, new)
            accepted += 1
            if value < best:
                best = value
                copy_into(best_modes, modes)
                overwrite(best_plan, plan)
            if accepted % RESORT_EVERY == 0:
                sort_by_start(order, plan.starts)
                value = whole(a, order, position, modes, block, snapshots, plan)
                cost = smooth_value(a, plan.ends, value)
                overwrite(new, plan)
        else:
            move(order, position, target, source)
            modes[op] = old_mode
            overwrite(new, plan)
    return best, loss / max(1, losses)
