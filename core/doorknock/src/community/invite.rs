//! Inviting somebody.

use doorknock_model::access::Role;
use doorknock_model::ids::GridId;
use doorknock_seal::identity::InviteSecret;
use doorknock_seal::invite::InviteLink;
use doorknock_seal::wrap::Recipient;

use crate::Result;
use crate::env::Transport;
use crate::error::said;
use crate::home::Doorknock;

impl Doorknock {
    /// Invites somebody: a link that one device can use. It holds a secret; send it to nobody else.
    ///
    /// # Errors
    /// `not_admin`, `unknown_grid`, `grid_needed`, `hub_unreachable`, `hub_refused`.
    pub fn invite(
        &self,
        role: Role,
        grid_codes: &[String],
        valid_for_ms: i64,
        net: &dyn Transport,
    ) -> Result<String> {
        let grids = self.invited_grids(role, grid_codes)?;
        let secret = InviteSecret::generate(&*self.env.entropy);
        let identity = self.extend_charter(net, |charter, admin, keys| {
            let now = self.now_ms();
            let recipient = Recipient {
                id: secret.invite_id().0,
                hpke_key: secret.hpke_key(),
            };
            let mut wraps = Vec::new();
            for space in charter.entitled_spaces(role, &grids) {
                wraps.extend(keys.wraps(charter, space, &recipient)?);
            }
            let expires = now.saturating_add(valid_for_ms);
            let statement =
                charter.invite_issued(admin, &secret, role, &grids, expires, &wraps, now);
            Ok(Some((statement, wraps)))
        })?;
        let mut inner = self.lock();
        let charter = inner.charter()?;
        let link = InviteLink {
            hub_url: identity.hub_url,
            community: charter.community(),
            genesis_hash: charter.genesis_hash(),
            charter_head: charter.head(),
            charter_length: charter.len(),
            secret,
        };
        Ok(link.to_string())
    }

    fn invited_grids(&self, role: Role, codes: &[String]) -> Result<Vec<GridId>> {
        if !matches!(role, Role::Worker | Role::Staff) {
            return Err(said(
                "role_not_offered",
                "目前只能邀请网格员（worker）和社区工作人员（staff）。",
                "Only workers and staff can be invited in this version.",
            ));
        }
        let grids = self.grids()?;
        let mut ids = Vec::new();
        for code in codes {
            let grid = grids.iter().find(|g| g.code == *code).ok_or_else(|| {
                let known = grids
                    .iter()
                    .map(|g| g.code.as_str())
                    .collect::<Vec<_>>()
                    .join("、");
                said(
                    "unknown_grid",
                    format!("没有网格“{code}”；现有网格：{known}。"),
                    format!("There is no grid \"{code}\"; the grids are: {known}."),
                )
            })?;
            ids.push(grid.id);
        }
        if role == Role::Worker && ids.is_empty() {
            return Err(said(
                "grid_needed",
                "邀请网格员须指明网格。",
                "A worker's invitation needs a grid.",
            ));
        }
        Ok(ids)
    }
}
