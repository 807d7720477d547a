/** `kubernetes.addons`: names of add-ons. Which there are is data of klab (addons room), compared later. */
import * as z from 'zod'
import { text, unless } from './fields.js'
import { english } from '../words/say.js'

const RULE = english('must be a list of add-ons, such as [metrics-server]')
const NAME = /^[a-z][a-z0-9-]{0,40}$/

export const addons = z
  .array(text(NAME, english('must be the name of an add-on (klab addon list)')), RULE)
  .max(32, english('must be at most 32 add-ons'))
  .check(
    unless((names) => {
      const twice = names.find((name, i) => names.indexOf(name) < i)
      return twice === undefined ? undefined : english('names {twice} twice', { twice })
    }),
  )
  .optional()
  .describe('Add-ons of the course’s chapter 1.3 to enable, such as metrics-server. Default: none.')
