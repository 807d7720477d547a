/** Add-ons in the key of a bundle whose images are downloaded, or in the user’s folder. */
import { imagesOfAddon, type AddonRelease } from '../addons/addon.js'

/** Nothing without add-ons: such a bundle keeps the key that it had before there were any. */
export const addonsInKey = (addons: readonly AddonRelease[] = []) =>
  addons.length === 0 ? {} : { addons: addons.map((a) => ({ name: a.name, images: imagesOfAddon(a) })) }
