import { describe, expect, test } from 'vitest'
import { allowedTag, tagsAt } from '../../../src/lib/transform/tags-from.ts'

describe('a list of allowed tags', () => {
  const rule = { place: 'plan', allow: ['Pro', 'team plan', 'Équipe'] }

  test.each([
    ['Pro', 'Pro'],
    [' PRO ', 'Pro'],
    ['Team Plan', 'team plan'],
    ['équipe', 'Équipe'],
    ['pro\u200b', 'Pro'],
    ['prof', undefined],
    ['team', undefined],
    ['', undefined],
  ])('names of %j the tag %j', (text, tag) => {
    expect(allowedTag(rule, text)).toBe(tag)
  })
})

describe('an allowed prefix', () => {
  test.each([
    ['src-', 'src-ads', 'src-ads'],
    ['src-', ' SRC-Ads ', 'SRC-Ads'],
    ['SRC-', 'src-ads', 'src-ads'],
    ['src-', 'src-', undefined],
    ['src-', 'my src-ads', undefined],
    ['Plan ', 'Plan pro', 'Plan pro'],
    ['Plan ', 'Planning', undefined],
  ])('%j names of %j the tag %j', (prefix, text, tag) => {
    expect(allowedTag({ prefix }, text)).toBe(tag)
  })
})

describe('tagsAt', () => {
  const tags = (found: unknown) => {
    let refused = 0
    const names = tagsAt(
      { place: 'tags', allow: ['pro', 'beta', '7', 'Paris, France'] },
      found,
      () => {
        refused += 1
      },
    )
    return { names, refused }
  }

  test.each([
    ['pro', ['pro'], 0],
    ['pro, beta', ['pro', 'beta'], 0],
    [['pro', 'beta'], ['pro', 'beta'], 0],
    ['paris, france', ['Paris, France'], 0],
    ['pro, Paris, France', ['pro'], 2],
    ['pro, vip', ['pro'], 1],
    [['pro', 'vip', 'admin'], ['pro'], 2],
    [7, ['7'], 0],
    [['pro', null, ''], ['pro'], 0],
    [{ name: 'pro' }, [], 1],
    [[true, ['pro']], [], 2],
    [undefined, [], 0],
    [null, [], 0],
    ['', [], 0],
  ])('reads %j as %j and refuses %d', (found, names, refused) => {
    expect(tags(found)).toEqual({ names, refused })
  })
})
